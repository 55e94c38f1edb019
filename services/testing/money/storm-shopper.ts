import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import type { Answer } from '../role-matrix.ts'
import { sendTo } from '../world.ts'
import type { Buyer } from './buyer.ts'
import type { SeededRandom } from './seeded-random.ts'
import { seen } from './together.ts'

export type StormParts = {
  readonly url: string
  readonly buyer: Buyer
  readonly admin: Buyer
  readonly products: readonly [string, ...string[]]
  readonly random: SeededRandom
  /** Each answer, and `nothing` where there was none. */
  count(what: string): void
}

const orderSchema = z.object({
  status: z.string(),
  total_cents: z.int(),
  items: z.array(z.object({ id: z.uuid(), quantity: z.int() })),
  payments: z.array(z.object({ action: z.object({ url: z.url() }).nullable() })),
})
type Order = z.output<typeof orderSchema>

/** How a card behaves, and how many of a hundred are like that. */
const cards = [
  ['tok_ok', 44],
  ['tok_declined', 10],
  ['tok_charged_then_500', 10],
  ['tok_webhook_first', 8],
  ['tok_webhook_twice', 10],
  ['tok_no_webhook', 4],
  ['tok_500_twice_then_ok', 4],
  ['tok_needs_action', 8],
  ['tok_charged_then_timeout', 2],
] as const

function cardOf(random: SeededRandom): string {
  let left = random.below(100)
  for (const [token, often] of cards) {
    if (left < often) return token
    left -= often
  }
  return 'tok_ok'
}

/** One order from its draft to whatever becomes of it. Where no answer comes it is asked again, or given up, by chance. */
export async function shopOnce(parts: StormParts): Promise<void> {
  const { buyer, random, products } = parts
  const wanted = new Set(Array.from({ length: 1 + random.below(3) }, () => random.pick(products)))
  const items = [...wanted].map((product_id) => ({ product_id, quantity: 1 + random.below(3) }))
  const createKey = randomUUID()
  const created = await persist(parts, 'create', () => buyer.create(items, createKey))
  if (created?.status !== 201) return
  const id = String(created.json.id)
  if (random.percent(4)) return
  await payOnce(parts, id, cardOf(random))
  const order = await readOrder(parts, id)
  if (order?.status === 'pending') return goOn(parts, { id, order })
  if (order?.status === 'paid') return afterwards(parts, { id, order })
}

function payOnce(parts: StormParts, id: string, token: string): Promise<Answer | undefined> {
  const key = randomUUID()
  return persist(parts, 'pay', () => parts.buyer.pay(id, { token, key }))
}

type Placed = { readonly id: string; readonly order: Order }

/** Declined, or something has to be done, or it is not decided: another card, what was asked for, or enough of it. */
async function goOn(parts: StormParts, { id, order }: Placed): Promise<void> {
  const { buyer, random, url } = parts
  const action = order.payments.find((payment) => payment.action !== null)?.action
  if (action !== undefined && action !== null && random.percent(60)) {
    const path = new URL(action.url).pathname
    await persist(parts, 'confirm', () => sendTo(url, { method: 'POST', path, as: buyer.as }))
  } else if (random.percent(50)) await payOnce(parts, id, 'tok_ok')
  else if (random.percent(60)) await persist(parts, 'cancel', () => buyer.cancel(id))
}

async function afterwards(parts: StormParts, { id, order }: Placed): Promise<void> {
  const { buyer, admin, random } = parts
  const doing = random.below(100)
  if (doing < 20) await persist(parts, 'cancel', () => buyer.cancel(id))
  else if (doing < 35) await refundSome(parts, { id, order })
  else if (doing < 75) {
    const key = randomUUID()
    const wish = { carrier: 'other', tracking_number: `T-${key}` }
    await persist(parts, 'ship', () => admin.post(`/${id}/shipments`, wish, key))
    if (random.percent(25)) await refundSome(parts, { id, order })
    const arrived = { status: 'delivered' }
    if (random.percent(60))
      await persist(parts, 'deliver', () => admin.send('PUT', `/${id}/status`, arrived, { 'if-match': '*' }))
  }
  // Whatever it is by now.
  if (random.percent(10)) await persist(parts, 'cancel', () => admin.cancel(id))
}

async function refundSome(parts: StormParts, { id, order }: Placed): Promise<void> {
  const { admin, random } = parts
  const [first] = order.items
  const units = first && [{ order_item_id: first.id, quantity: 1, restock: random.percent(50) }]
  const amount = 1 + random.below(order.total_cents)
  const wish = random.percent(50) ? { lines: units, reason: 'broken' } : { amount_cents: amount, reason: 'late' }
  const key = randomUUID()
  await persist(parts, 'refund', () => admin.post(`/${id}/refunds`, wish, key))
}

async function readOrder(parts: StormParts, id: string): Promise<Order | undefined> {
  const answer = await persist(parts, 'read', () => parts.buyer.read(id))
  return answer?.status === 200 ? orderSchema.parse(answer.json) : undefined
}

const againAfterMilliseconds = 250

/** The last answer; undefined where there was none. */
async function persist(
  { random, count }: StormParts,
  what: string,
  send: () => Promise<Answer>,
): Promise<Answer | undefined> {
  for (;;) {
    const answer = await send().catch(() => undefined)
    count(answer === undefined ? `${what}: nothing` : `${what}: ${seen(answer)}`)
    const over = answer !== undefined && answer.status < 500 && answer.json.code !== 'idempotency/in-progress'
    if (over || random.percent(12)) return answer
    await delay(againAfterMilliseconds)
  }
}
