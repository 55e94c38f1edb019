import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runProgram } from '../kit/testing/run-program.ts'
import { pdfText } from '../orders/documents/testing/pdf-text.ts'
import { auditBooks, isOff } from './books/audit-books.ts'
import { openBooks } from './books/open-books.ts'
import { knownPassword } from './callers.ts'
import { serviceSettings } from './service-settings.ts'
import { openShop, type Shop } from './shop.ts'

let shop: Shop
let folder: string
let mails: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shop-test-story-'))
  mails = join(folder, 'mails')
  const DOCUMENTS_URL = pathToFileURL(join(folder, 'documents')).href
  shop = await openShop({ users: { MAIL_DIRECTORY: mails }, orders: { MAIL_DIRECTORY: mails, DOCUMENTS_URL } })
  await Promise.all([seed('users'), seed('catalog')])
})
afterAll(async () => {
  await shop?.close()
  await rm(folder, { recursive: true, force: true })
})

async function seed(service: 'users' | 'catalog'): Promise<void> {
  const main = fileURLToPath(new URL(`../${service}/main.ts`, import.meta.url))
  const environment = {
    ...serviceSettings({ usersUrl: shop.services.users.url, catalogUrl: shop.services.catalog.url })[service],
    DATABASE_URL: shop.urls[service],
    SEED_CUSTOMER_PASSWORD: knownPassword,
    SEED_ADMIN_PASSWORD: knownPassword,
  }
  const { exitCode, output } = await runProgram([process.execPath, main, 'seed'], { folder, environment })
  expect([exitCode, output]).toEqual([0, expect.stringContaining('seeded')])
}

/** What a person pastes. */
async function writtenStory(): Promise<string> {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8')
  const [, story] = /<!-- an order by hand -->\n```bash\n(.+?)```\n<!-- the order is done -->/s.exec(readme) ?? []
  if (story === undefined) throw new Error('the README tells no order by hand')
  return story
}

test('what the README has people type makes an order that is paid, shipped, refunded in part and told of', {
  timeout: 90_000,
}, async () => {
  const pdf = join(folder, 'invoice.pdf')
  const environment = { PATH: process.env.PATH, LANG: 'C.UTF-8', BASE: shop.edgeUrl, MAILS: mails, PDF: pdf }
  const told = await runProgram(['bash', '-c', await writtenStory()], {
    folder,
    environment: { ...environment, ADMIN_PASSWORD: knownPassword },
  })
  expect(told).toEqual({ exitCode: 0, output: expect.any(String) })
  const said = told.output.trim().split('\n')
  const orderUrl = said.at(-1) ?? ''
  expect(said).toEqual([
    ...['accepted', '3270', 'paid', '3270'],
    expect.stringMatching(/^INV-\d{4}-000001$/),
    expect.stringMatching(/^https:/),
    ...['delivered', '990'],
    expect.stringMatching(/^CN-\d{4}-000001$/),
    orderUrl,
  ])
  // What is still under way is off as well: they balance once the shop is at rest.
  await expect.poll(() => rulesThatAreOff(), { timeout: 20_000, interval: 500 }).toEqual([])

  const orderId = orderUrl.split('/').at(-1) ?? ''
  expect(await rowsOfOrder(orderId)).toEqual({
    order: { status: 'delivered', payment_status: 'partially_refunded', total: 3_270, name: 'Ayşe Yıldız 山田' },
    items: [
      { quantity: 2, shipped: 2, returned: 1 },
      { quantity: 1, shipped: 1, returned: 0 },
    ],
    payments: [{ status: 'captured', captured: 3_270, refunded: 990 }],
    charges: [{ state: 'captured', captured_cents: 3_270, refunded_cents: 990 }],
    refunds: [{ status: 'succeeded', amount_cents: 990 }],
    invoices: [{ kind: 'CN' }, { kind: 'INV' }],
    mails: ['order_delivered', 'order_paid', 'order_placed', 'order_refunded', 'order_shipped'].map((template) => ({
      template,
      state: 'sent',
    })),
  })
  // Sold three, and one is back.
  expect(await stockMoves(orderId)).toEqual([
    { reason: 'commit', units: -3 },
    { reason: 'return', units: 1 },
  ])
  const text = await pdfText(await readFile(pdf))
  for (const part of [
    'Ayşe Yıldız 山田',
    'Bağdat Caddesi 12',
    'ул. Льва Толстого',
    '34710 Kadıköy',
    '€32,70',
    orderId,
  ]) {
    expect(text).toContain(part)
  }
  expect(text).not.toContain('\ufffd')
})

async function rulesThatAreOff() {
  const { books, close } = await openBooks({ ...shop.urls, mails })
  return (await auditBooks(books).finally(close)).filter(isOff)
}

async function rowsOfOrder(id: string) {
  const rows = async (query: ReturnType<typeof sql>) => (await query.execute(shop.orders)).rows
  const [order] = await rows(sql`
    select status, payment_status, total_cents as total, shipping_address ->> 'name' as name
    from orders where id = ${id}`)
  return {
    order,
    items: await rows(sql`
      select quantity, shipped_quantity as shipped, returned_quantity as returned
      from order_items where order_id = ${id} order by position`),
    payments: await rows(sql`
      select status, captured_cents as captured, refunded_cents as refunded from payments where order_id = ${id}`),
    charges: await rows(sql`
      select state, captured_cents, refunded_cents from simulated_charges where order_id = ${id}`),
    refunds: await rows(sql`select status, amount_cents from refunds where order_id = ${id}`),
    invoices: await rows(sql`
      select split_part(series, '-', 1) as kind from invoices where order_id = ${id} order by kind`),
    mails: await rows(sql`
      select template, state from notifications
      where channel = 'mail' and data ->> 'order_id' = ${id} order by template`),
  }
}

async function stockMoves(orderId: string) {
  const { rows } = await sql`
    select reason, sum(delta)::int as units from inventory_movements
    where reference like ${`%${orderId}%`} group by reason order by reason`.execute(shop.catalog)
  return rows
}
