import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { httpClient } from '../../kit/http-exchange.ts'
import { testDatabase } from '../../kit/testing/test-database.ts'
import { openProviders } from './open-providers.ts'
import { payPalCertificates } from './paypal/paypal-certificates.ts'
import { payPalProvider } from './paypal/paypal-provider.ts'
import { openProviderHttp } from './provider-http.ts'
import { signedHeader } from './signed-payload.ts'
import { createSimulatedLedger } from './simulated/simulated-ledger.ts'
import { stripeProvider } from './stripe/stripe-provider.ts'
import { paymentSettingsOf } from './testing/payment-settings-of.ts'
import { payPalMethods, payPalServer } from './testing/paypal-server.ts'
import { payPalSigner } from './testing/paypal-signer.ts'
import { describeProvider, type Signing } from './testing/provider-contract.ts'
import { providerParts } from './testing/provider-parts.ts'
import { simulatedBooks } from './testing/simulated-books.ts'
import { stripeMethods, stripeServer } from './testing/stripe-server.ts'

const secret = () => `whsec_${randomBytes(16).toString('hex')}`
const secrets = { current: secret(), previous: secret(), foreign: secret() } as const
const returnUrl = (orderId: string) => `https://shop.test/orders/${orderId}`

describeProvider('simulated', async () => {
  const database = await testDatabase([
    { name: '0001_ledger', reversible: false, up: (transaction) => createSimulatedLedger(transaction) },
  ])
  const sent: string[] = []
  const providers = await openProviders({
    ...providerParts(),
    settings: paymentSettingsOf({ SIMULATED_WEBHOOK_SECRETS: `${secrets.current},${secrets.previous}` }),
    database: database.kysely,
    now: () => new Date(),
    async sendWebhook({ body }) {
      sent.push(body)
      return 200
    },
  })
  const provider = providers.get('simulated')
  if (provider === undefined) throw new Error('the simulated provider was not opened')
  return {
    provider,
    tokens: {
      ok: 'tok_ok',
      declined: 'tok_declined',
      needsAction: 'tok_needs_action',
      chargedThenTimeout: 'tok_charged_then_timeout',
      chargedThen500: 'tok_charged_then_500',
      failsTwice: 'tok_500_twice_then_ok',
      unknown: 'tok_nobody_knows',
    },
    booked: simulatedBooks(database.kysely).booked,
    async act(reference) {
      await providers.bank?.confirm(reference)
    },
    async webhook(reference, { at, secret: which }: Signing) {
      const { rows } = await sql<{ body: string }>`
        select body from simulated_webhooks where body like ${`%${reference}%`} order by id limit 1`.execute(
        database.kysely,
      )
      const body = rows[0]?.body ?? ''
      const header = signedHeader({ raw: Buffer.from(body), secret: secrets[which], now: at })
      return { body, headers: { 'simulated-signature': header } }
    },
    async close() {
      await providers.close()
      await database.drop()
    },
  }
})

describeProvider('stripe', async () => {
  const server = await stripeServer()
  const http = openProviderHttp({ name: 'stripe', client: httpClient(), ...providerParts() })
  const webhookSecrets = [secrets.current, secrets.previous]
  const provider = stripeProvider({
    http,
    apiBase: server.url,
    secretKey: 'sk_test_of_the_tests',
    webhookSecrets,
    returnUrl,
  })
  return {
    provider,
    tokens: { ...stripeMethods, unknown: 'pm_nobody_knows' },
    async booked(key) {
      const ours = [...server.intents.values()].filter(
        (intent) => intent.metadata.key === key && intent.status === 'succeeded',
      )
      const refunded = server.refunds.filter(({ intentId }) => ours.some(({ id }) => id === intentId))
      return {
        charges: ours.length,
        capturedCents: ours.reduce((sum, { amount }) => sum + amount, 0),
        refundedCents: refunded.reduce((sum, { amount }) => sum + amount, 0),
      }
    },
    act: async (id) => server.authenticate(id),
    async webhook(id, { at, secret: which }) {
      const body = server.paymentEvent(id)
      return { body, headers: server.sign(body, { secret: secrets[which], at }) }
    },
    async close() {
      await provider.close()
      await server.close()
    },
  }
})

const webhookIds = {
  current: '9XL90610J3647323C',
  previous: '1AB23456CD789012E',
  foreign: '7ZZ65432ZZ109876Z',
} as const

describeProvider('paypal', async () => {
  const server = await payPalServer()
  const signer = payPalSigner(new Date('2026-11-22T13:00:00.000Z'))
  const http = openProviderHttp({ name: 'paypal', client: httpClient(), ...providerParts() })
  const certificates = payPalCertificates({ fetch: async () => signer.chain, roots: [signer.root] })
  const provider = payPalProvider({
    http,
    apiBase: server.url,
    clientId: 'client-of-the-tests',
    clientSecret: 'secret-of-the-tests',
    webhooks: { certificates, webhookIds: [webhookIds.current, webhookIds.previous] },
    returnUrl,
  })
  return {
    provider,
    tokens: { ...payPalMethods, unknown: 'vault-nobody-knows' },
    async booked(key) {
      const ours = [...server.orders.values()].filter((order) => order.invoice_id === key && order.capture !== null)
      const cents = (amounts: readonly { readonly value: string }[]) =>
        amounts.reduce((sum, { value }) => sum + Math.round(Number(value) * 100), 0)
      return {
        charges: ours.length,
        capturedCents: cents(ours.map(({ amount }) => amount)),
        refundedCents: cents(ours.flatMap(({ refunds }) => refunds.map(({ amount }) => amount))),
      }
    },
    act: async (id) => server.approve(id),
    async webhook(id, { at, secret: which }) {
      const body = server.captureEvent(id)
      return { body, headers: signer.sign(body, { webhookId: webhookIds[which], at }) }
    },
    async close() {
      await provider.close()
      await server.close()
    },
  }
})
