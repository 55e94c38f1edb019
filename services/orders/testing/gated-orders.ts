import { busMigrations } from '../../kit/bus/postgres/bus-tables.ts'
import { type MailServer, startMailServer } from '../../kit/mail/testing/mail-server.ts'
import { s3StandIn } from '../../kit/object-store/testing/s3-stand-in.ts'
import { type Gate, startGate } from '../../kit/testing/gate.ts'
import { type ServiceProcess, startService } from '../../kit/testing/service-process.ts'
import { testDatabase } from '../../kit/testing/test-database.ts'
import { gatewayToken, type SmsGateway, smsGateway } from '../notifications/testing/sms-gateway.ts'
import { payPalServer } from '../payments/testing/paypal-server.ts'
import { stripeServer } from '../payments/testing/stripe-server.ts'
import { type OrdersFixture, ordersFixture } from './orders-fixture.ts'

export const peerNames = ['catalog', 'users', 'stripe', 'paypal', 'mail', 'sms', 'documents'] as const
export type PeerName = (typeof peerNames)[number]

/** Orders with everybody that it calls, each behind a gate. */
export type GatedOrders = {
  readonly fixture: OrdersFixture
  readonly gates: Readonly<Record<PeerName, Gate>>
  readonly mail: MailServer
  readonly sms: SmsGateway
  start(settings?: Readonly<Record<string, string>>): Promise<ServiceProcess>
  close(): Promise<void>
}

const main = new URL('../main.ts', import.meta.url).pathname
const bucket = 'documents-of-the-tests'

export async function gatedOrders(): Promise<GatedOrders> {
  const fixture = await ordersFixture()
  const bus = await testDatabase<unknown>(busMigrations, { poolSize: 2 })
  const [stripe, paypal, mail, sms, s3] = await Promise.all([
    stripeServer(),
    payPalServer(),
    startMailServer(),
    smsGateway(),
    s3StandIn(bucket),
  ])
  const gates = {
    catalog: await startGate(fixture.catalog.url),
    users: await startGate(fixture.users.url),
    stripe: await startGate(stripe.url),
    paypal: await startGate(paypal.url),
    mail: await startGate(mail.url),
    sms: await startGate(sms.url),
    documents: await startGate(s3.endpoint),
  }
  const environment = {
    ...fixture.environment,
    EVENT_BUS_URL: bus.url,
    CATALOG_URL: gates.catalog.url,
    USERS_URL: gates.users.url,
    PAYMENT_PROVIDERS: 'simulated,stripe,paypal',
    PUBLIC_BASE_URL: 'http://shop.test',
    STRIPE_API_BASE: gates.stripe.url,
    STRIPE_SECRET_KEY: 'sk_test_of_the_tests',
    STRIPE_WEBHOOK_SECRETS: 'whsec_stripe_webhooks_of_the_tests_0123456789',
    PAYPAL_API_BASE: gates.paypal.url,
    PAYPAL_CLIENT_ID: 'client-of-the-tests',
    PAYPAL_CLIENT_SECRET: 'secret-of-the-tests',
    PAYPAL_WEBHOOK_IDS: '9XL90610J3647323C',
    SMTP_URL: gates.mail.url,
    SMS_PROVIDER: 'http',
    SMS_HTTP_URL: `${gates.sms.url}/messages`,
    SMS_HTTP_TOKEN: gatewayToken,
    DOCUMENTS_URL: `s3://${bucket}/shop`,
    AWS_ENDPOINT_URL_S3: gates.documents.url,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'id-of-the-tests',
    AWS_SECRET_ACCESS_KEY: 'secret-of-the-tests',
  }
  const started: ServiceProcess[] = []
  return {
    fixture,
    gates,
    mail,
    sms,
    async start(settings = {}) {
      const process = await startService(main, { ...environment, ...settings })
      started.push(process)
      return process
    },
    async close() {
      await Promise.all(started.map((process) => process.kill()))
      await Promise.all(peerNames.map((name) => gates[name].close()))
      await Promise.all([stripe.close(), paypal.close(), mail.stop(), sms.close(), s3.close()])
      await Promise.all([fixture.close(), bus.drop()])
    },
  }
}
