import { randomUUID } from 'node:crypto'
import { chmod, cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type S3StandIn, s3StandIn } from '../kit/object-store/testing/s3-stand-in.ts'
import { runProgram } from '../kit/testing/run-program.ts'
import { type ServiceProcess, startService } from '../kit/testing/service-process.ts'
import { type TestDatabase, testDatabase } from '../kit/testing/test-database.ts'
import { pdfText } from '../orders/documents/testing/pdf-text.ts'
import { anonymous, type Caller, knownPassword } from './callers.ts'
import { serviceSettings } from './service-settings.ts'
import { sendTo } from './world.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const nobody = 65_532
const bundledNames = ['users', 'catalog', 'orders'] as const
type Name = (typeof bundledNames)[number]

/** What ships: made by what makes releases, which no service may import. */
const bundling = (into: string) => `
  import { bundleService } from './cli/images/bundle-service.ts'
  const places = { root: process.cwd(), directory: ${JSON.stringify(into)}, cacheDirectory: ${JSON.stringify(into)} }
  const files = ${JSON.stringify(bundledNames)}.map(async (service) => [service, (await bundleService({ ...places, service })).file])
  console.log(JSON.stringify(Object.fromEntries(await Promise.all(files))))`

/** Stands where it lies and, where the tests are root, is nobody before anything of the bundle is read. */
const confined = (folder: string) => {
  const becomeNobody = `process.setgroups([]); process.setgid(${nobody}); process.setuid(${nobody})`
  const script = `process.chdir(${JSON.stringify(folder)}); if (process.getuid() === 0) { ${becomeNobody} }`
  // Of the permission model: no file is written, no program started, no native package loaded, no worker begun.
  return `--permission --allow-fs-read=* --import=data:text/javascript,${encodeURIComponent(script)}`
}

const filesSchema = z.record(z.enum(bundledNames), z.string())
const logLine = z.looseObject({ level: z.string(), message: z.string(), service: z.string() })
const signedInSchema = z.looseObject({ access_token: z.string() })
const productsSchema = z.looseObject({ data: z.array(z.looseObject({ sku: z.string() })).min(1) })

const orderSchema = z.looseObject({ id: z.uuid(), status: z.string() })

let folder: string
let databases: Readonly<Record<Name, TestDatabase<unknown>>>
let documents: S3StandIn
const started: ServiceProcess[] = []

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shop-test-alone-'))
  documents = await s3StandIn('documents')
  const [users, catalog, orders] = [await testDatabase([]), await testDatabase([]), await testDatabase([])]
  databases = { users, catalog, orders }
})
afterAll(async () => {
  await Promise.all(started.map((service) => service.kill()))
  for (const name of await readdir(folder)) await chmod(join(folder, name), 0o755)
  await rm(folder, { recursive: true, force: true })
  await Promise.all([documents.close(), ...Object.values(databases).map((database) => database.drop())])
})

/** Beside what every service is told. Nothing may be written where it runs, so documents go elsewhere. */
const ownSettings = (): Readonly<Record<Name, Readonly<Record<string, string>>>> => ({
  users: { SEED_CUSTOMER_PASSWORD: knownPassword, SEED_ADMIN_PASSWORD: `${knownPassword}s` },
  catalog: {},
  orders: {
    DOCUMENTS_URL: 's3://documents/shop',
    AWS_ENDPOINT_URL: documents.endpoint,
    AWS_REGION: 'eu-central-1',
    AWS_ACCESS_KEY_ID: 'tests',
    AWS_SECRET_ACCESS_KEY: 'tests',
  },
})

test('X23: each service is one file that runs as nobody in an empty directory; orders pays there and has an invoice', async () => {
  const made = await runProgram([process.execPath, '--input-type=module', '--eval', bundling(join(folder, 'made'))], {
    folder: root,
    environment: {},
  })
  const files = filesSchema.parse(JSON.parse(made.output))
  await chmod(folder, 0o755)
  let [usersUrl, catalogUrl] = ['http://127.0.0.1:1', 'http://127.0.0.1:1']
  const start = async (name: Name): Promise<ServiceProcess> => {
    const place = join(folder, name)
    await cp(files[name], join(place, 'bundle.mjs'))
    await chmod(join(place, 'bundle.mjs'), 0o444)
    await chmod(place, 0o555)
    const environment = {
      ...serviceSettings({ usersUrl, catalogUrl })[name],
      ...ownSettings()[name],
      SHOP_ENV: 'local',
      DATABASE_URL: databases[name].url,
      NODE_OPTIONS: confined(place),
    }
    const bundle = join(place, 'bundle.mjs')
    for (const command of ['migrate', 'seed']) {
      const { exitCode, output } = await runProgram([process.execPath, bundle, command], { folder: place, environment })
      expect([command, exitCode, output]).toEqual([command, 0, expect.any(String)])
    }
    const service = await startService(bundle, environment)
    started.push(service)
    return service
  }
  const ready = (service: ServiceProcess) =>
    expect.poll(async () => (await fetch(`${service.url}/health?check=ready`)).status, { timeout: 10_000 }).toBe(200)

  const usersProcess = await start('users')
  usersUrl = usersProcess.url
  const catalogProcess = await start('catalog')
  catalogUrl = catalogProcess.url
  const services = { users: usersProcess, catalog: catalogProcess, orders: await start('orders') }
  await Promise.all(Object.values(services).map(ready))

  const email = 'demo@shop.example'
  const login = { method: 'POST', path: '/api/v1/auth/login', as: anonymous, body: { email, password: knownPassword } }
  const { access_token } = signedInSchema.parse((await sendTo(usersProcess.url, login)).json)
  const customer = { authorization: `Bearer ${access_token}` }
  const me = { method: 'GET', path: '/api/v1/users/me', as: customer }
  expect((await sendTo(usersProcess.url, me)).json).toMatchObject({ email })
  productsSchema.parse(
    (await sendTo(catalogProcess.url, { method: 'GET', path: '/api/v1/products', as: anonymous })).json,
  )
  const invoice = await paidInvoice(services.orders.url, customer)
  for (const part of ['日本 太郎', 'Kadıköy', 'Чайник «Привет»', '₹1 234,50', '₹2 469,00'])
    expect(invoice).toContain(part)
  expect(invoice).not.toContain('\ufffd')

  for (const [name, { url }] of Object.entries(services)) {
    const page = await fetch(`${url}/docs`)
    const text = await page.text()
    expect([name, page.status, page.headers.get('content-type')]).toEqual([
      name,
      200,
      expect.stringMatching('text/html'),
    ])
    expect(text).toContain('/api/v1/')
    const document = z.looseObject({ openapi: z.string() }).parse(await (await fetch(`${url}/openapi.json`)).json())
    expect([name, document.openapi]).toEqual([name, '3.1.0'])
  }

  for (const service of Object.values(services)) {
    service.signal('SIGTERM')
    expect(await service.ended).toBe(0)
    const lines = service.lines().map((line) => logLine.parse(line))
    expect(lines.filter(({ level }) => level === 'ERROR' || level === 'FATAL')).toEqual([])
    expect(lines).toContainEqual(expect.objectContaining({ status_code: 200 }))
  }
  for (const name of bundledNames) expect(await readdir(join(folder, name))).toEqual(['bundle.mjs'])
})

/** What the invoice of two kettles says that are ordered and paid for. */
async function paidInvoice(url: string, as: Caller): Promise<string> {
  const post = async (path: string, body: unknown) => {
    const headers = { 'idempotency-key': randomUUID() }
    const answer = await sendTo(url, { method: 'POST', path, as, body, headers })
    expect([200, 201, answer.text]).toContain(answer.status)
    return orderSchema.parse(answer.json)
  }
  const address = { name: '日本 太郎', line1: 'Moda Caddesi 1', city: 'Kadıköy', postal_code: '34710', country: 'TR' }
  const items = [{ product_id: await kettle(), quantity: 2 }]
  const { id } = await post('/api/v1/orders', { items, shipping_address: address })
  const payment = { provider: 'simulated', method_token: 'tok_ok' }
  expect(await post(`/api/v1/orders/${id}/payment`, payment)).toMatchObject({ status: 'paid' })
  // Asked for earlier it is a 503, and an error in the log.
  const stored = () => sql`select key from invoice_documents`.execute(databases.orders.kysely)
  await expect.poll(async () => (await stored()).rows.length, { timeout: 20_000 }).toBe(1)
  expect([...documents.objects.keys()]).toEqual([expect.stringMatching(/INV-\d{4}-000001-/)])
  const headers = { authorization: as.authorization ?? '' }
  return pdfText(await (await fetch(`${url}/api/v1/orders/${id}/invoice`, { headers })).bytes())
}

async function kettle(): Promise<string> {
  const id = randomUUID()
  await sql`
    with product as (
      insert into products (id, sku, name, description, price, currency, category_id)
      select ${id}, 'KETTLE', 'Чайник «Привет»', '', 123450, 'INR', id from categories limit 1 returning id
    ), stock as (
      insert into inventory (product_id, quantity, location) select id, 5, 'main' from product returning product_id
    )
    insert into inventory_movements (product_id, delta, reason) select product_id, 5, 'adjust' from stock`.execute(
    databases.catalog.kysely,
  )
  return id
}
