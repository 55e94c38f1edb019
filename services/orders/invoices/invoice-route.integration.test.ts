import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { type OrdersApp, problemOf } from '../testing/orders-fixture.ts'
import { ordersStage } from '../testing/orders-stage.ts'
import { ordersPath, shopping, unitsOf } from '../testing/shopping.ts'

const stage = ordersStage()
let documents: string
let app: OrdersApp
beforeEach(async () => {
  documents = await mkdtemp(join(tmpdir(), 'shop-documents-'))
  app = await stage.fixture.openApp({ settings: { DOCUMENTS_URL: pathToFileURL(documents).href } })
})
afterEach(async () => {
  await app.close()
  await rm(documents, { recursive: true, force: true })
})

const read = (id: string, accept?: string, query = '') => {
  const headers = { authorization: `Bearer ${stage.customer.token}`, ...(accept === undefined ? {} : { accept }) }
  return app.request(`${ordersPath}/${id}/invoice${query}`, { headers })
}
const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer())

/** A paid order whose document is stored. */
async function invoiced(): Promise<string> {
  const shop = shopping(app, stage.customer)
  const { id } = await shop.draft(unitsOf(stage.catalog.addProduct({ price: 1_000 })))
  expect((await shop.pay(id)).status).toBe(200)
  await expect.poll(async () => (await read(id)).status, { timeout: 10_000 }).toBe(200)
  return id
}

/** Where the store keeps the one document. */
async function storedFile(): Promise<string> {
  const entries = await readdir(documents, { recursive: true, withFileTypes: true })
  const [file] = entries.filter((entry) => entry.isFile())
  if (file === undefined) throw new Error('nothing is stored')
  return join(file.parentPath, file.name)
}

test('O29: later changes of the order, its lines and its address change neither the JSON nor a byte of the PDF', async () => {
  const id = await invoiced()
  const before = [await (await read(id, 'application/json')).text(), await bytesOf(await read(id))]
  const { kysely } = stage.fixture.database
  const address = { name: 'Another', line1: 'Elsewhere 1', city: 'Berlin', postal_code: '10115', country: 'DE' }
  await sql`update orders set shipping_address = ${JSON.stringify(address)}::jsonb where id = ${id}`.execute(kysely)
  await sql`update order_items set name = 'Another name', sku = 'OTHER' where order_id = ${id}`.execute(kysely)
  expect([await (await read(id, 'application/json')).text(), await bytesOf(await read(id))]).toEqual(before)
})

test('O29: a document that is gone is drawn again with the same bytes, one that is not what was stored is a 503', async () => {
  const id = await invoiced()
  const before = await bytesOf(await read(id))
  const file = await storedFile()
  await rm(file)
  expect(await bytesOf(await read(id))).toEqual(before)

  await writeFile(file, 'another invoice')
  const refused = await read(id)
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5'])
  expect(await problemOf(refused)).toMatchObject({ code: 'service/unavailable' })
})

test.each([
  [undefined, 'application/pdf'],
  ['*/*', 'application/pdf'],
  ['application/json', 'application/json'],
  ['application/pdf, application/json', 'application/pdf'],
  ['application/json;q=0.1, application/pdf;q=0.9', 'application/pdf'],
  ['application/pdf;q=0, application/json', 'application/json'],
  ['text/html', 'application/pdf'],
])('who accepts %s gets %s', async (accept, type) => {
  const response = await read(await invoiced(), accept)
  expect(response.headers.get('content-type')).toBe(type)
  expect(response.headers.get('vary')).toBe('Accept')
})

test('a refund whose money has gone back has a credit note, as JSON and as PDF, and nobody else’s refund has', async () => {
  const [id, other] = [await invoiced(), await invoiced()]
  const office = shopping(app, await stage.fixture.signIn('admin'))
  const given = await office.post(`${ordersPath}/${id}/refunds`, { amount_cents: 300, reason: 'a scratch' })
  const { id: refundId } = z.looseObject({ id: z.uuid() }).parse(await given.json())
  const creditNote = (of: string, accept: string) => read(of, accept, `?refund_id=${refundId}`)
  await expect.poll(async () => (await creditNote(id, 'application/pdf')).status, { timeout: 10_000 }).toBe(200)
  expect(await (await creditNote(id, 'application/json')).json()).toMatchObject({
    number_text: expect.stringMatching(/^CN-/),
    total_cents: 300,
    corrects: { reason: 'a scratch' },
  })
  expect((await bytesOf(await creditNote(id, 'application/pdf'))).subarray(0, 5).toString()).toBe('%PDF-')
  expect((await creditNote(other, 'application/json')).status).toBe(409)
})

test('an order that is not paid has no invoice', async () => {
  const { id } = await shopping(app, stage.customer).draft(unitsOf(stage.catalog.addProduct()))
  expect(await problemOf(await read(id))).toMatchObject({ status: 409, code: 'invoice/not-issued' })
})
