import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { httpClient } from '../../../kit/http-exchange.ts'
import type { PaymentProvider } from '../provider.ts'
import { openProviderHttp } from '../provider-http.ts'
import { type PayPalServer, payPalMethods, payPalServer } from '../testing/paypal-server.ts'
import { providerParts } from '../testing/provider-parts.ts'
import { payPalCertificates } from './paypal-certificates.ts'
import { payPalProvider } from './paypal-provider.ts'

const { signal } = new AbortController()
let server: PayPalServer
let provider: PaymentProvider
let lines: readonly string[]

beforeEach(async () => {
  server = await payPalServer()
  const parts = providerParts()
  lines = parts.lines
  provider = payPalProvider({
    http: openProviderHttp({ name: 'paypal', client: httpClient(), ...parts }),
    apiBase: server.url,
    clientId: 'client-canary',
    clientSecret: 'secret-canary',
    webhooks: { certificates: payPalCertificates({ fetch: async () => '' }), webhookIds: [] },
    returnUrl: (orderId) => `https://shop.test/orders/${orderId}`,
  })
})
afterEach(async () => {
  expect(server.unplanned).toEqual([])
  await provider.close()
  await server.close()
})

const fresh = (facts: { readonly amountCents?: number; readonly currency?: string } = {}) => {
  const orderId = randomUUID()
  return { key: `order:${orderId}:pay:1`, orderId, amountCents: 1_234, currency: 'EUR', ...facts }
}
const callsOf = (suffix: string) => server.calls.filter(({ path }) => path.endsWith(suffix))

test('the capture carries our key as PayPal-Request-Id, within 108 characters, each time the same', async () => {
  const payment = fresh()
  await provider.charge({ ...payment, methodToken: payPalMethods.chargedThen500, signal })
  const ids = callsOf('/capture').map(({ headers }) => headers['paypal-request-id'])
  expect(ids).toEqual([payment.key, payment.key])
  const all = server.calls.flatMap(({ headers }) => headers['paypal-request-id'] ?? []).map((id) => String(id).length)
  expect(Math.max(...all)).toBeLessThanOrEqual(108)
  expect([...server.orders.values()].filter(({ capture }) => capture !== null)).toHaveLength(1)
})

test('one token serves many calls, and one that was withdrawn is replaced', async () => {
  await provider.charge({ ...fresh(), methodToken: payPalMethods.ok, signal })
  await provider.charge({ ...fresh(), methodToken: payPalMethods.ok, signal })
  expect(callsOf('/v1/oauth2/token')).toHaveLength(1)
  server.withdrawToken()
  expect(await provider.charge({ ...fresh(), methodToken: payPalMethods.ok, signal })).toMatchObject({
    state: 'captured',
  })
  expect(callsOf('/v1/oauth2/token')).toHaveLength(2)
})

test('amounts are decimals of their currency, and what PayPal does not take is declined without a call', async () => {
  const yen = fresh({ amountCents: 500, currency: 'JPY' })
  expect(await provider.charge({ ...yen, methodToken: payPalMethods.ok, signal })).toMatchObject({ capturedCents: 500 })
  expect([...server.orders.values()].map(({ amount }) => amount)).toEqual([{ currency_code: 'JPY', value: '500' }])
  server.forget()
  const declined = { state: 'declined', providerRef: null, declineReason: 'currency_not_supported' }
  const dinar = fresh({ currency: 'KWD' })
  expect(await provider.charge({ ...dinar, methodToken: payPalMethods.ok, signal })).toMatchObject(declined)
  expect(await provider.charge({ ...fresh(), methodToken: 'no token!', signal })).toMatchObject({ state: 'declined' })
  expect(server.calls).toEqual([])
})

test('what the customer approved is captured by the one who asks, once', async () => {
  const payment = fresh()
  const waiting = await provider.charge({ ...payment, methodToken: payPalMethods.needsAction, signal })
  const providerRef = String(waiting.providerRef)
  expect(await provider.fetch(payment, signal)).toBeUndefined()
  server.approve(providerRef)
  const asked = await Promise.all(Array.from({ length: 5 }, () => provider.fetch({ ...payment, providerRef }, signal)))
  expect(asked.map((found) => found?.state)).toEqual(asked.map(() => 'captured'))
  expect(new Set(callsOf('/capture').map(({ headers }) => headers['paypal-request-id']))).toEqual(
    new Set([`${payment.key}:approved`]),
  )
})

test('a saved method whose bank wants to see the customer is captured after that, as another request than before', async () => {
  const payment = fresh()
  const waiting = await provider.charge({ ...payment, methodToken: payPalMethods.savedNeedsAction, signal })
  const providerRef = String(waiting.providerRef)
  const action = { type: 'redirect', url: `https://www.paypal.test/checkoutnow?token=${providerRef}` }
  expect(waiting).toMatchObject({ state: 'requires_action', action })
  const known = { ...payment, providerRef }
  expect(await provider.fetch(known, signal)).toMatchObject({ state: 'requires_action', action })
  server.approve(providerRef)
  const asked = [await provider.fetch(known, signal), await provider.fetch(known, signal)]
  expect(asked.map((found) => found?.state)).toEqual(['captured', 'captured'])
  const sent = callsOf('/capture').map(({ headers, body }) => [headers['paypal-request-id'], body])
  expect(sent).toEqual([
    [payment.key, { payment_source: { paypal: { vault_id: payPalMethods.savedNeedsAction } } }],
    [`${payment.key}:approved`, {}],
  ])
})

test('neither tokens nor credentials are in any line, whatever fails', async () => {
  server.down(true)
  const charged = provider.charge({ ...fresh(), methodToken: 'vault-canary', signal })
  await expect(charged).rejects.toMatchObject({ name: 'ProviderUnavailable', mayHaveActed: false })
  server.down(false)
  await provider.charge({ ...fresh(), methodToken: 'vault-canary', signal })
  expect(lines.join('')).toContain('answered 503')
  expect(lines.join('')).not.toMatch(/canary|Bearer|Basic/)
})
