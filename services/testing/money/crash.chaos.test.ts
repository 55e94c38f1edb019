import { globSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ServiceProcess } from '../../kit/testing/service-process.ts'
import { requireBalance } from '../books/require-balance.ts'
import type { Answer } from '../role-matrix.ts'
import { type Buyer, buyerAt } from './buyer.ts'
import { moneyOfAll, stockOf } from './money-rows.ts'
import { type MoneyShop, openMoneyShop } from './money-shop.ts'
import { moveClocks, settled } from './settle.ts'
import { together } from './together.ts'

/** As kit/failpoints.ts ends a process. */
const failpointExit = 99
const ordersAtOnce = 10
const quantity = 100
const unfinishedAtMost = 60_000

const sources = globSync('{orders,kit}/**/*.ts', { cwd: new URL('../..', import.meta.url).pathname })
const named = new Set(
  sources
    .filter((file) => !file.endsWith('.test.ts'))
    .flatMap((file) => {
      const source = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')
      return [...source.matchAll(/await failpoint\('([a-z_.]+)'\)/g)].flatMap(([, name = '']) => name)
    }),
)
const placesOf = (area: RegExp): string[] => [...named].filter((name) => area.test(name)).toSorted()
const paying = placesOf(/^orders\.saga\./)
const refunding = placesOf(/^orders\.refund\./)
/** On the way of an event from the outbox to a mail. */
const telling = placesOf(/^(relay|consumers|notifications)\./)

let shop: MoneyShop
let mails: string
const outcomes: string[] = []
beforeAll(async () => {
  mails = await mkdtemp(join(tmpdir(), 'shop-test-mails-'))
  shop = await openMoneyShop({ processes: 1, settings: { orders: { MAIL_DIRECTORY: mails } } })
}, 120_000)
afterAll(async () => {
  process.stdout.write(`\n${outcomes.join('\n')}\n`)
  await shop?.close()
  await rm(mails, { recursive: true })
})

test('O5: there are thirteen places where paying can end, and each is tried', () => {
  expect(paying).toHaveLength(13)
  expect(refunding).toHaveLength(2)
  expect(telling).toHaveLength(4)
})

/** Ends the only process at the place while it is busy, and starts it again without. */
async function endAt(failpoint: string, work: () => Promise<unknown>): Promise<void> {
  const armed = await startAfterKill({ FAILPOINTS: `${failpoint}:exit` })
  const worked = work()
  expect(await armed.ended).toBe(failpointExit)
  await worked
  await startAfterKill({})
}

/** Whoever held anything has ended, and need not be waited for. */
async function startAfterKill(settings: Readonly<Record<string, string>>): Promise<ServiceProcess> {
  await shop.kill('orders', 0)
  await moveClocks(shop, { heldSeconds: 0 })
  return shop.start('orders', 0, settings)
}

/** What happens in a customer's hands, by the order's place. */
const tokens = ['tok_ok', 'tok_ok', 'tok_declined', 'tok_ok', 'tok_charged_then_500', 'tok_webhook_first', 'tok_ok']
const tokenOf = (index: number): string => tokens[index % tokens.length] ?? 'tok_ok'
/** The others never come back, so that the shop has to know by itself. */
const comesBack = (index: number): boolean => index % 2 === 0
const keyOf = (id: string): string => `pay-${id}`

async function payAll(buyer: Buyer, drafts: readonly string[]): Promise<void> {
  await together(drafts.length, (index) => payOnce(buyer, drafts, index).catch(() => undefined))
}

function payOnce(buyer: Buyer, drafts: readonly string[], index: number): Promise<Answer> {
  const id = drafts[index] ?? ''
  return buyer.pay(id, { token: tokenOf(index), key: keyOf(id) })
}

/** Until there is an answer that stays. */
async function repeatUntilAnswered(buyer: Buyer, drafts: readonly string[], index: number): Promise<string> {
  const deadline = performance.now() + unfinishedAtMost
  for (;;) {
    const answer = await payOnce(buyer, drafts, index)
    const again = answer.status >= 500 || answer.json.code === 'idempotency/in-progress'
    if (!again) return `${answer.status}`
    if (performance.now() > deadline) throw new Error(`no answer that stays: ${answer.status} ${answer.text}`)
    await delay(200)
    await moveClocks(shop, { heldSeconds: 5 })
  }
}

async function judge(failpoint: string, { drafts, product }: { drafts: readonly string[]; product: string }) {
  const rows = await moneyOfAll(shop.orders, drafts)
  for (const row of rows) {
    const paid = row.status === 'paid'
    const kept = row.charged - row.given_back
    expect([kept, row.invoices], `${failpoint}: ${JSON.stringify(row)}`).toEqual(paid ? [row.total, 1] : [0, 0])
    expect(row.history.join(), failpoint).toMatch(/^draft(,pending(,paid)?)?$/)
    expect(row.history.at(-1)).toBe(row.status)
  }
  const count = (status: string) => rows.filter((row) => row.status === status).length
  expect(await stockOf(shop.catalog, product), failpoint).toEqual({
    quantity: quantity - count('paid'),
    reserved: count('pending'),
  })
  return count
}

test.each(paying)(
  'O5: ended at %s with ten payments at work, every order is paid and charged once or not charged',
  async (failpoint) => {
    const product = await shop.product({ quantity })
    const buyer = buyerAt(shop.ordersUrl, await shop.customer())
    const drafts = await together(ordersAtOnce, () => buyer.draft(product))
    await endAt(failpoint, () => payAll(buyer, drafts))
    const startedAgainAt = performance.now()
    const answers = await Promise.all(
      drafts.map((_, index) => (comesBack(index) ? repeatUntilAnswered(buyer, drafts, index) : 'gone')),
    )
    await settled(shop, { timeout: unfinishedAtMost })
    const seconds = ((performance.now() - startedAgainAt) / 1_000).toFixed(1)
    const count = await judge(failpoint, { drafts, product })
    // Whoever came back and had the money has bought it.
    expect(answers.filter((_, index) => comesBack(index) && tokenOf(index) !== 'tok_declined')).not.toContain('402')
    outcomes.push(
      `${failpoint.padEnd(34)} paid ${count('paid')}, not charged ${count('pending') + count('draft')}, at rest after ${seconds} s`,
    )
  },
)

test.each(refunding)(
  'O5: ended at %s with ten refunds at work, the money of each goes back once',
  async (failpoint) => {
    const product = await shop.product({ quantity })
    const [buyer, admin] = [
      buyerAt(shop.ordersUrl, await shop.customer()),
      buyerAt(shop.ordersUrl, await shop.callers.person('admin')),
    ]
    const orders = await together(ordersAtOnce, () => buyer.paid(product))
    const wish = { amount_cents: 400, reason: 'late' }
    const refund = (id: string) => admin.post(`/${id}/refunds`, wish, `refund-${id}`)
    await endAt(failpoint, () => Promise.all(orders.map((id) => refund(id).catch(() => undefined))))
    for (const id of orders) {
      await expect.poll(() => refund(id).then(({ status }) => status), { timeout: 20_000 }).toBe(201)
    }
    await settled(shop, { timeout: unfinishedAtMost })
    const rows = await moneyOfAll(shop.orders, orders)
    expect(new Set(rows.map((row) => `${row.given_back} ${row.refunds.join()}`))).toEqual(new Set(['400 succeeded']))
    outcomes.push(`${failpoint.padEnd(34)} given back once: ${rows.length}`)
  },
)

test.each(telling)(
  'O5: ended at %s with ten orders on their way, each event is handled and each mail sent once',
  async (failpoint) => {
    const product = await shop.product({ quantity })
    const buyer = buyerAt(shop.ordersUrl, await shop.customer())
    const drafts = await together(ordersAtOnce, () => buyer.draft(product))
    await settled(shop, { timeout: unfinishedAtMost })
    await endAt(failpoint, () => payAll(buyer, drafts))
    await settled(shop, { timeout: unfinishedAtMost })
    const count = await judge(failpoint, { drafts, product })
    outcomes.push(
      `${failpoint.padEnd(34)} paid ${count('paid')}, not charged ${count('pending') + count('draft')}, all told`,
    )
  },
)

test('O5: after all of that the books balance', async () => {
  await settled(shop, { timeout: unfinishedAtMost })
  await requireBalance({ ...shop.urls, bus: shop.busUrl, mails })
})
