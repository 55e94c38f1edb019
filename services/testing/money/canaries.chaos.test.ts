import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Kysely, sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findCanaries, type Place } from '../../users/testing/canaries.ts'
import { type Buyer, buyerAt } from './buyer.ts'
import { type MoneyShop, openMoneyShop } from './money-shop.ts'
import { settled } from './settle.ts'

/** Of a customer; what must be escaped is in them, so that every form is another. */
const personal = {
  'name of the account': 'Canaria "Nightjar" Ünal',
  'mail address': 'canary.of.orders@shop.test',
  'phone number': '+491700000417',
  'name at the address': 'Canaria/Goldfinch & Co',
  street: '417 Canary Wharf+Row',
  'second line': 'Cage 17 "left"',
  city: 'Canary Islandington',
  region: 'Wingshire',
  'postal code': 'CNR 417',
} as const

const cardNumber = '4242424242424242'
const secret = {
  'token that was charged': 'tok_ok_Canary417Charged',
  'token that was declined': 'tok_declined_Canary417Declined',
  'token whose answer was lost': 'tok_charged_then_500_Canary417Lost',
  'card number': cardNumber,
  'number as groups': '4242-4242-4242-4242',
  'number in a field': '5555555555554444',
  'security code': 'cvc-417-canary',
} as const

let shop: MoneyShop
let mails: string
let buyer: Buyer
let product: string
const orders: string[] = []
/** As they were answered. */
const answers: string[] = []

beforeAll(async () => {
  mails = await mkdtemp(join(tmpdir(), 'shop-test-mails-'))
  const loud = { LOG_LEVEL: 'debug' }
  const settings = { users: loud, catalog: loud, orders: { ...loud, MAIL_DIRECTORY: mails } }
  shop = await openMoneyShop({ processes: 1, settings })
  const person = await shop.customer()
  buyer = buyerAt(shop.ordersUrl, person)
  product = await shop.product()
  await sql`
    update users set name = ${personal['name of the account']}, email = ${personal['mail address']},
      phone = ${personal['phone number']} where id = ${person.id}`.execute(shop.users)
  await refuseToTell('order_paid')
  await buyWith('token that was charged')
  await buyWith('token that was declined')
  await buyWith('token whose answer was lost')
  await expect(buyer.cancel(orders[2] ?? '')).resolves.toMatchObject({ status: 200 })
}, 180_000)
afterAll(async () => {
  await shop?.close()
  await rm(mails, { recursive: true })
})

/** From now on whoever writes such a notification fails, until the event is given up. */
const refuseToTell = (template: string) =>
  sql`alter table notifications add constraint canary check (template <> ${sql.lit(template)}) not valid`.execute(
    shop.orders,
  )

async function buyWith(token: keyof typeof secret): Promise<void> {
  const address = {
    name: personal['name at the address'],
    line1: personal.street,
    line2: personal['second line'],
    city: personal.city,
    region: personal.region,
    postal_code: personal['postal code'],
    country: 'GB',
  }
  const body = { items: [{ product_id: product, quantity: 1 }], shipping_address: address, billing_address: address }
  const draft = await buyer.post('', body)
  expect(draft.status, draft.text).toBe(201)
  const id = String(draft.json.id)
  orders.push(id)
  const paid = await buyer.pay(id, { token: secret[token] })
  expect(paid.status, paid.text).toBeLessThan(500)
  answers.push(paid.text)
}

/** Every row of every table as text, with the name of its table. */
async function tablesOf<Tables>(name: string, database: Kysely<Tables>): Promise<readonly Place[]> {
  const { rows: tables } = await sql<{ table: string }>`
    select table_name as table from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE'`.execute(database)
  return Promise.all(
    tables.map(async ({ table }) => {
      const { rows } = await sql<{ text: string | null }>`
        select string_agg(each::text, chr(10)) as text from ${sql.table(table)} each`.execute(database)
      return { name: `${name} ${table}`, text: rows[0]?.text ?? '' }
    }),
  )
}

const logs = (): readonly Place[] =>
  (['orders', 'catalog'] as const).map((name) => ({
    name: `log of ${name}`,
    text: shop
      .processes(name)
      .flatMap((process) => process.lines())
      .map((line) => JSON.stringify(line))
      .join('\n'),
  }))

async function allPlaces(): Promise<readonly Place[]> {
  const tables = [
    await tablesOf('orders', shop.orders),
    await tablesOf('catalog', shop.catalog),
    await tablesOf('bus', shop.bus),
  ]
  return [...tables.flat(), ...logs()]
}

/** Where they belong: the order, its invoice, and the answers that are kept for a repeat. */
const theirOwn = ['orders orders', 'orders invoices', 'orders idempotency_keys']

test('E20: neither the account nor the addresses of a customer occur in outbox, bus or dead rows, or anywhere but in the order and its invoice', {
  timeout: 90_000,
}, async () => {
  const dead = async () => {
    await sql`update event_attempts set next_attempt_at = now()`.execute(shop.orders)
    const { rows } = await sql<{ error: string }>`select last_error as error from dead_events`.execute(shop.orders)
    return rows.length
  }
  await expect.poll(dead, { timeout: 60_000, interval: 500 }).toBe(2)
  await settled(shop, { timeout: 60_000 })

  const places = await allPlaces()
  const byName = new Map(places.map(({ name, text }) => [name, text]))
  for (const name of ['orders outbox_events', 'orders dead_events', 'bus bus_entries', 'orders notifications'])
    expect(byName.get(name) ?? byName.get('bus bus_entries_0'), name).toContain(orders[0])
  for (const own of theirOwn) expect(byName.get(own)).toContain(personal.street)
  expect(
    findCanaries(
      personal,
      places.filter(({ name }) => !theirOwn.includes(name)),
    ),
  ).toEqual([])
  const { 'name of the account': name, 'mail address': email, 'phone number': phone } = personal
  expect(findCanaries({ name, email, phone }, places)).toEqual([])
})

const ofCards: readonly [string, Readonly<Record<string, unknown>>][] = [
  ['a card number in place of a token', { method_token: secret['card number'] }],
  ['a card number in groups', { method_token: secret['number as groups'] }],
  ['a field for it', { method_token: 'tok_ok', card_number: secret['number in a field'] }],
  ['a security code', { method_token: 'tok_ok', cvc: secret['security code'] }],
  ['a card', { method_token: 'tok_ok', card: { number: secret['number in a field'], cvc: secret['security code'] } }],
]

test.each(ofCards)('O26: %s is refused with 422', async (_, body) => {
  const id = await buyer.draft(product)
  const answer = await buyer.post(`/${id}/payment`, { provider: 'simulated', ...body })
  expect(answer.status, answer.text).toBe(422)
  answers.push(answer.text)
})

test('O26: what a customer pays with is in no table, no event, no line of a log and no answer', async () => {
  await settled(shop, { timeout: 60_000 })
  const places = [...(await allPlaces()), { name: 'answers', text: answers.join('\n') }]
  expect(
    logs()
      .map(({ text }) => text.length)
      .every((length) => length > 1_000),
  ).toBe(true)
  expect(findCanaries(secret, places)).toEqual([])
})
