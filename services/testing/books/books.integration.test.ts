import { execFile } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type Buyer, buyerAt } from '../money/buyer.ts'
import { type MoneyShop, openMoneyShop } from '../money/money-shop.ts'
import { settled } from '../money/settle.ts'
import { auditBooks, isOff } from './audit-books.ts'
import type { Books } from './books.ts'
import { askBy, openBooks } from './open-books.ts'
import { plantedFaults } from './planted-faults.ts'
import { renderAudit } from './render-audit.ts'

let shop: MoneyShop
let mails: string
beforeAll(async () => {
  mails = await mkdtemp(join(tmpdir(), 'shop-test-mails-'))
  shop = await openMoneyShop({
    processes: 1,
    settings: { orders: { MAIL_DIRECTORY: mails, SHIPPING_FEES: 'EUR=490' } },
  })
  await trade()
  await settled(shop, { timeout: 60_000 })
}, 180_000)
afterAll(async () => {
  await shop?.close()
  await rm(mails, { recursive: true })
})

/** One order of each fate. */
async function trade(): Promise<void> {
  // Of the first one so few that the catalog tells it.
  const [one, other] = [await shop.product({ price: 1_999, quantity: 11 }), await shop.product({ quantity: 50 })]
  const buyer = buyerAt(shop.ordersUrl, await shop.customer())
  const admin = buyerAt(shop.ordersUrl, await shop.callers.person('admin'))
  const expecting = async (status: number, answer: Promise<{ status: number; text: string }>) => {
    const { status: was, text } = await answer
    expect(was, text).toBe(status)
  }
  await buyer.draft(one)
  const [delivered, cancelled, refunded, reversed] = [
    await buyer.paid(one, other),
    await buyer.paid(one),
    await buyer.paid(one, other),
    await buyer.paid(other),
  ]
  await expecting(201, admin.ship(delivered, { carrier: 'other', tracking_number: 'B1' }))
  await expecting(200, admin.send('PUT', `/${delivered}/status`, { status: 'delivered' }, { 'if-match': '*' }))
  await expecting(200, buyer.cancel(cancelled))
  const unwanted = (await firstUnit(buyer, refunded)).map((line) => ({ ...line, restock: true }))
  await expecting(201, admin.refund(refunded, { lines: unwanted, reason: 'unwanted' }))
  await expecting(201, admin.refund(refunded, { amount_cents: 300, reason: 'late' }))
  await expecting(201, admin.refund(reversed, { shipping: true, reason: 'lost' }))
  const broken = await buyer.paid(one, other)
  await expecting(201, admin.refund(broken, { lines: await firstUnit(buyer, broken), reason: 'broken on its way' }))
  await expecting(200, buyer.cancel(broken))
  await expecting(402, buyer.pay(await buyer.draft(one), { token: 'tok_declined' }))
  await expecting(202, buyer.pay(await buyer.draft(one), { token: 'tok_needs_action' }))
  await expecting(200, buyer.pay(await buyer.draft(other), { token: 'tok_webhook_twice' }))
  await expecting(200, buyer.pay(await buyer.draft(other), { token: 'tok_charged_then_500' }))
}

const orderSchema = z.object({ items: z.array(z.object({ id: z.uuid() })) })

async function firstUnit(buyer: Buyer, orderId: string) {
  const { items } = orderSchema.parse((await buyer.read(orderId)).json)
  return items.slice(0, 1).map(({ id }) => ({ order_item_id: id, quantity: 1 }))
}

const places = () => ({ ...shop.urls, bus: shop.busUrl, mails })

test('the books of a shop at rest balance, and every rule has something to look at', async () => {
  const { books, close } = await openBooks(places())
  const audited = await auditBooks(books).finally(close)
  expect(audited.filter(isOff), renderAudit(audited)).toEqual([])
  const idle = audited.filter(({ found }) => found === undefined || found.looked === 0).map(({ says }) => says)
  expect(idle).toEqual(aboutAccounts)
})

/** Nobody has come or gone here. */
const aboutAccounts = [
  'of each subject of users the versions are 1, 2, 3 … without a gap',
  'all that users wrote is sent, in the order in which it was written',
  'orders-closed-customers has handled each event that is its business',
]

const program = new URL('check-books.ts', import.meta.url).pathname
const words = () => Object.entries(places()).flatMap(([name, place]) => [`--${name}`, place])
const run = promisify(execFile)

test('people run it: a table and 0 where they balance, the first offenders and 1 where they do not, 2 without places', async () => {
  const good = await run(process.execPath, [program, ...words()])
  expect(good.stdout).toContain('The books balance to the cent.')
  const [mail = ''] = await readdir(mails)
  await rm(join(mails, mail))
  const bad = await run(process.execPath, [program, ...words()]).catch((error: unknown) => error)
  expect(bad).toMatchObject({ code: 1, stdout: expect.stringMatching(/! order_\w+ \S+ is sent and left 0 times/) })
  expect(bad).toMatchObject({ stdout: expect.stringContaining('The books do not balance: 1 of') })
  expect(await run(process.execPath, [program]).catch((error: unknown) => error)).toMatchObject({ code: 2 })
})

/** The rules that have found something. */
const everFound = new Set<string>()

test.each(plantedFaults)('$planted is found', async ({ book, statement, found }) => {
  const client = new pg.Client({ ...shop.urls, bus: shop.busUrl }[book])
  const { books: rest, close } = await openBooks(places())
  try {
    await client.connect()
    await client.query('begin')
    await plant(client, statement)
    const books: Books = { ...rest, [book]: askBy(client) }
    const off = (await auditBooks(books)).filter(isOff).map(({ says }) => says)
    for (const says of off) everFound.add(says)
    expect(off).toContain(found)
  } finally {
    await close()
    await client.end()
  }
})

test('every rule has found a fault, but for those about accounts', async () => {
  const { books, close } = await openBooks(places())
  const audited = await auditBooks(books).finally(close)
  expect(audited.map(({ says }) => says).filter((says) => !everFound.has(says))).toEqual(aboutAccounts)
})

/** Without triggers and checks, in a transaction that nobody commits. */
async function plant(client: pg.Client, statement: string): Promise<void> {
  await client.query(`
    do $$ declare c record; begin
      for c in select conrelid::regclass as of, conname from pg_constraint
        where contype = 'c' and connamespace = 'public'::regnamespace and conislocal
      loop execute format('alter table %s drop constraint %I', c.of, c.conname); end loop;
    end $$`)
  await client.query(`set local session_replication_role = replica`)
  const { rowCount } = await client.query(statement)
  expect(rowCount, 'the fault was planted').toBeGreaterThan(0)
}
