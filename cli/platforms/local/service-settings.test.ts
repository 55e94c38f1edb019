import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parseOverrides, settingsHash } from '../service-settings.ts'
import type { Foundations } from './foundations-file.ts'
import { keepSettings, readOverriddenSecrets, serviceSettings } from './service-settings.ts'

const foundations: Foundations = {
  schema: 'shopctl.local/foundations/1',
  publicPort: 8080,
  internalPorts: { users: 4001, catalog: 4002, orders: 4003 },
  controlPort: 4000,
  controlToken: 'control-token',
  databases: {
    orders: { url: 'postgres://orders:secret@127.0.0.1/orders', migrationUrl: 'postgres://owner@x/orders' },
  },
  redisUrl: null,
  namedServers: '',
  cursorKey: 'cursor-key',
  signingKeys: '[]',
  demo: { customerPassword: 'customer', adminPassword: 'admin' },
}

const directories = { mailDirectory: '/shop/mail', documentDirectory: '/the shop/documents' }

const settingsOf = (service: string, overrides: ReturnType<typeof parseOverrides> = []) =>
  serviceSettings(service, { foundations, overrides, ...directories })

test('a service is told where its peers are, and no other service is told of its database', () => {
  expect(settingsOf('orders').variables).toMatchObject({
    CATALOG_URL: 'http://127.0.0.1:4002',
    USERS_URL: 'http://127.0.0.1:4001',
  })
  expect(settingsOf('orders').secrets.DATABASE_URL).toBe('postgres://orders:secret@127.0.0.1/orders')
  expect(settingsOf('users').secrets).not.toHaveProperty('DATABASE_URL')
  expect(settingsOf('catalog').secrets).not.toHaveProperty('JWT_PRIVATE_KEYS')
})

test('each service proves itself to the users service by a word of its own, which that one knows by a digest', () => {
  const [catalog, orders] = ['catalog', 'orders'].map((service) => settingsOf(service).secrets)
  expect(catalog?.SERVICE_CLIENT_SECRET).not.toBe(orders?.SERVICE_CLIENT_SECRET)
  const { secrets, variables } = settingsOf('users')
  expect(secrets).not.toHaveProperty('SERVICE_CLIENT_SECRET')
  expect(secrets.SERVICE_CLIENTS).toMatch(/product-catalog.*order-management/)
  expect(secrets.SERVICE_CLIENTS).not.toContain(catalog?.SERVICE_CLIENT_SECRET)
  expect(catalog).not.toHaveProperty('TOKEN_KEY')
  expect(variables).toMatchObject({ PUBLIC_BASE_URL: 'http://127.0.0.1:8080', MAIL_DIRECTORY: '/shop/mail' })
})

test('orders takes payments that nobody pays, and keeps its invoices where releases come and go', () => {
  expect(settingsOf('orders').variables).toMatchObject({
    DOCUMENTS_URL: 'file:///the%20shop/documents',
    PAYMENT_PROVIDERS: 'simulated',
    PUBLIC_BASE_URL: 'http://127.0.0.1:8080',
    SMS_PROVIDER: 'none',
  })
  const own = settingsOf('orders', parseOverrides('orders.PAYMENT_PROVIDERS=stripe,paypal', 'mine.env'))
  expect({ ...own.variables, ...own.secrets }).toMatchObject({ PAYMENT_PROVIDERS: 'stripe,paypal' })
  expect(settingsOf('catalog').variables).not.toHaveProperty('DOCUMENTS_URL')
})

test('the services that write mails leave them in one folder, and the others know nothing of it', () => {
  const told = ['users', 'catalog', 'orders'].map((service) => settingsOf(service).variables.MAIL_DIRECTORY)
  expect(told).toEqual(['/shop/mail', undefined, '/shop/mail'])
})

test('all services meet on the bus of the platform, or on the one that somebody names', () => {
  const bus = { url: 'postgres://bus:secret@127.0.0.1/bus', migrationUrl: 'postgres://owner@x/bus' }
  const withBus = { ...foundations, databases: { ...foundations.databases, bus } }
  const told = (overrides: ReturnType<typeof parseOverrides>) =>
    serviceSettings('catalog', { foundations: withBus, overrides, ...directories }).secrets
  expect(told([])).toMatchObject({ EVENT_BUS_URL: bus.url, MIGRATION_EVENT_BUS_URL: bus.migrationUrl })
  const own = told(parseOverrides('EVENT_BUS_URL=redis://127.0.0.1:6379', 'mine.env'))
  expect(own.EVENT_BUS_URL).toBe('redis://127.0.0.1:6379')
  expect(own).not.toHaveProperty('MIGRATION_EVENT_BUS_URL')
})

test('mails go to the server that somebody names, and to files no longer', () => {
  const { variables, secrets } = settingsOf('users', parseOverrides('users.SMTP_URL=smtp://127.0.0.1:1025', 'mine.env'))
  expect({ ...variables, ...secrets }).toMatchObject({ SMTP_URL: 'smtp://127.0.0.1:1025' })
  expect(variables).not.toHaveProperty('MAIL_DIRECTORY')
})

test("people's own settings win, are for one service or for all, and count as secret unless they are ordinary words", () => {
  const overrides = parseOverrides('# mine\nLOG_LEVEL=debug\norders.SMTP_URL=smtp://a=b\n\n', 'settings.env')
  const { variables, secrets } = settingsOf('orders', overrides)
  expect(secrets).toMatchObject({ SMTP_URL: 'smtp://a=b' })
  expect(variables).toMatchObject({ LOG_LEVEL: 'debug' })
  expect(settingsOf('users', overrides).secrets).not.toHaveProperty('SMTP_URL')
})

test.each(['LOG_LEVEL', 'payments.KEY=1', 'orders.key=1', '=x'])('a line that is no setting is refused: %s', (line) => {
  expect(() => parseOverrides(`A=1\n${line}`, 'settings.env')).toThrow('Line 2 of settings.env is not a setting')
})

test('the hash follows the content, secrets included, and not the order', () => {
  const hash = settingsHash({ variables: { A: '1', B: '2' }, secrets: { C: '3' } })
  expect(settingsHash({ variables: { B: '2', A: '1' }, secrets: { C: '3' } })).toBe(hash)
  expect(settingsHash({ variables: { A: '1', B: '2' }, secrets: { C: '4' } })).not.toBe(hash)
  expect(settingsHash({ variables: { A: '1', B: '2', C: '3' }, secrets: {} })).not.toBe(hash)
})

test('secrets are kept as files that only their owner reads, once', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'shopctl settings '))
  const target = join(directory, 'orders-hash')
  try {
    await keepSettings(target, { variables: { A: 'shown' }, secrets: { KEY: 'first' } })
    await keepSettings(target, { variables: {}, secrets: { KEY: 'second' } })
    expect(await readdir(target)).toEqual(['KEY'])
    expect(await readFile(join(target, 'KEY'), 'utf8')).toBe('first')
    expect((await stat(join(target, 'KEY'))).mode & 0o777).toBe(0o600)
    expect(await readdir(directory)).toEqual(['orders-hash'])
  } finally {
    await rm(directory, { recursive: true })
  }
})

test('what must not be printed is read from a damaged file too', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'shopctl-settings-'))
  const file = join(directory, 'settings.env')
  try {
    await writeFile(
      file,
      '# KEY=commented\nLOG_LEVEL=info\nDATABASE_POOL=pasted here by mistake\nno setting\norders.KEY=first\nKEY2= second \n',
    )
    expect(await readOverriddenSecrets(file)).toEqual(['pasted here by mistake', 'first', 'second'])
  } finally {
    await rm(directory, { recursive: true })
  }
})
