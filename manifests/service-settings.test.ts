import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { readSettings } from '../services/kit/settings.ts'
import { ordersService } from '../services/orders/orders-service.ts'
import { serviceNames, services } from '../services/registry.ts'
import { usersService } from '../services/users/users-service.ts'
import { bucketName } from '../stacks/bucket-names.ts'
import { type EnvironmentFacts, environments } from '../stacks/environments.ts'
import { installations } from '../stacks/installations.ts'
import { serviceLabel } from './labels.ts'
import { plainSettings, secretSettings } from './service-settings.ts'
import { clusterEnvironments, rendered } from './testing/rendered.ts'
import { kubernetesFacts } from './workload.ts'

const seller = { name: 'Kite & Co', address: ['1 Harbour Road', '10115 Berlin'], country: 'DE', taxId: 'DE123456789' }
const filledIn = (environment: EnvironmentFacts): EnvironmentFacts =>
  environment.seller === null ? environment : { ...environment, seller }
const long = 'at-least-32-random-characters-and-more'
const secrets: Readonly<Record<string, string>> = {
  CURSOR_KEY: long,
  DATABASE_URL: 'postgres://app:p@db/orders',
  EVENT_BUS_URL: 'redis://redis:6379',
  JWT_PRIVATE_KEYS: '[]',
  MIGRATION_DATABASE_URL: 'postgres://owner:p@db/orders',
  PAYPAL_CLIENT_ID: 'AeA1QIZX-7',
  PAYPAL_CLIENT_SECRET: 'EGnHDxD-qT',
  PAYPAL_WEBHOOK_IDS: '9XL90610J3647323C',
  REDIS_URL: 'redis://redis:6379',
  SERVICE_CLIENT_SECRET: long,
  SHIPPING_WEBHOOK_SECRETS: long,
  SMTP_URL: 'smtps://shop:p@mail.example:465',
  STRIPE_SECRET_KEY: 'sk_live_12345678',
  STRIPE_WEBHOOK_SECRETS: 'whsec_1234567890abcdef',
}
const settingsOf = (environment: EnvironmentFacts) => {
  const plain = plainSettings('orders', { environment, namespace: kubernetesFacts(environment).namespace })
  const peers = Object.fromEntries(services.orders.calls.map((name) => [`${name.toUpperCase()}_URL`, `http://${name}`]))
  const given = secretSettings('orders', environment).map((name) => [name, secrets[name] ?? ''])
  return { ...plain, ...peers, ...Object.fromEntries(given) }
}
const policySchema = z.object({
  spec: z.object({
    egress: z.array(
      z.object({
        to: z.array(z.object({ podSelector: z.object({ matchLabels: z.record(z.string(), z.string()) }).optional() })),
      }),
    ),
  }),
})
/** The services that its network policy lets it reach. */
const reachedByOrders = (name: (typeof clusterEnvironments)[number]) => {
  const isOurs = ({ kind, metadata }: { kind: string; metadata: { name: string } }) =>
    kind === 'NetworkPolicy' && metadata.name === services.orders.longName
  const { spec } = policySchema.parse(rendered(name).find(isOurs))
  const reached = spec.egress.flatMap(({ to }) => to.map(({ podSelector }) => podSelector?.matchLabels[serviceLabel]))
  return reached.filter((each) => serviceNames.some((service) => service === each))
}
const ordersReads = (environment: Readonly<Record<string, string>>) =>
  readSettings(ordersService.settings, { environment, readFile: () => '' })

describe.each(clusterEnvironments)('%s', (name) => {
  const environment = filledIn(environments[name])

  test('the orders service starts with what it is told here, and with nothing less of it', () => {
    const given = settingsOf(environment)
    expect(ordersReads(given)).toMatchObject({ ok: true })
    const needed = name === 'dev' ? ['DATABASE_URL', 'DOCUMENTS_URL'] : ['DOCUMENTS_URL']
    for (const each of needed) expect(ordersReads({ ...given, [each]: '' })).toMatchObject({ ok: false })
  })

  test('orders reaches what it calls, and itself where its payments are simulated', () => {
    const simulated = environment.paymentProviders.includes('simulated')
    expect('WEBHOOK_BASE_URL' in settingsOf(environment)).toBe(simulated)
    expect(reachedByOrders(name)).toEqual(simulated ? ['users', 'catalog', 'orders'] : ['users', 'catalog'])
  })
})

test('prod is for real: no provider, seller, mail server or carrier may be left out, and none is simulated', () => {
  const given = settingsOf(filledIn(environments.prod))
  const real = Object.keys(given).filter((name) => /^(SELLER|STRIPE|PAYPAL)_|^SMS_PROVIDER$/.test(name))
  expect(real).toHaveLength(10)
  for (const name of real) {
    const reading = ordersReads({ ...given, [name]: '' })
    expect(reading).toMatchObject({ ok: false, faults: [expect.objectContaining({ name })] })
  }
  expect(secretSettings('orders', environments.prod)).toEqual(
    expect.arrayContaining(['SHIPPING_WEBHOOK_SECRETS', 'SMTP_URL']),
  )
  expect(secretSettings('users', environments.prod)).toContain('SMTP_URL')
  expect(given).not.toHaveProperty('WEBHOOK_BASE_URL')
})

test('while nobody has filled in who sells, the orders service of prod does not start', () => {
  const reading = ordersReads(settingsOf(environments.prod))
  expect(reading).toMatchObject({ ok: false })
  expect(reading.ok || reading.faults.map(({ name }) => name)).toEqual([
    'SELLER_NAME',
    'SELLER_ADDRESS',
    'SELLER_COUNTRY',
    'SELLER_TAX_ID',
  ])
})

test('documents go to the bucket that Terraform makes, below the folder that the role of these pods may write', () => {
  const place = { environment: environments.staging, namespace: 'of-somebody' }
  const bucket = bucketName(installations.prod, 'order-documents')
  expect(plainSettings('orders', place).DOCUMENTS_URL).toBe(`s3://${bucket}/of-somebody`)
})

test('the users service knows nothing of what orders alone is told', () => {
  const place = { environment: environments.dev, namespace: 'ecommerce-dev' }
  const known = Object.keys(usersService.settings.shape)
  expect(Object.keys(plainSettings('users', place)).filter((name) => !known.includes(name))).toEqual([])
})
