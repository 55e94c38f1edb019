import { vi } from 'vitest'
import { z } from 'zod'
import type { Person } from '../callers.ts'
import { buyerAt } from '../money/buyer.ts'
import type { World } from '../role-matrix.ts'
import type { KnownValues } from './schema-arbitrary.ts'

const orderSchema = z.object({
  id: z.uuid(),
  items: z.array(z.object({ id: z.uuid() })),
  payments: z.array(z.object({ action: z.unknown() })),
})
const actionSchema = z.object({ url: z.url() })

/** Orders of one customer at each stage that requests are about; `many` for a long run, else one of each. */
export async function knownOrders(world: World, owner: Person, many: boolean): Promise<KnownValues> {
  const buyer = buyerAt(world.shop.services.orders.url, owner)
  const product = () => world.stocked(50)
  const read = async (id: string) => orderSchema.parse((await buyer.read(id)).json)
  const inTurn = async (count: number, make: () => Promise<string>) => {
    const made: z.output<typeof orderSchema>[] = []
    for (let turn = 0; turn < count; turn += 1) made.push(await read(await make()))
    return made
  }
  // A document is made a moment after its invoice; until then it is a 503.
  const documented = async (id: string) => {
    const stored = () =>
      world.shop.orders
        .selectFrom('invoice_documents as d')
        .innerJoin('invoices as i', 'i.id', 'd.invoice_id')
        .select('d.key')
        .where('i.order_id', '=', id)
        .executeTakeFirst()
    await vi.waitUntil(stored, { timeout: 10_000, interval: 50 })
    return id
  }
  const drafts = await inTurn(many ? 4 : 1, async () => buyer.draft(await product()))
  const paid = await inTurn(many ? 3 : 1, async () => documented(await buyer.paid(await product())))
  const waiting = await inTurn(many ? 2 : 1, async () => {
    const id = await buyer.draft(await product())
    await buyer.pay(id, { token: 'tok_needs_action' })
    return id
  })
  const itemsOf = (orders: typeof drafts) => orders.flatMap(({ items }) => items.map(({ id }) => id))
  return {
    id: [...drafts, ...paid, ...waiting].map(({ id }) => id),
    item_id: itemsOf(drafts),
    order_item_id: itemsOf(paid),
    reference: waiting.flatMap(({ payments }) =>
      payments.map(({ action }) => actionSchema.parse(action).url.split('/').at(-1)),
    ),
    method_token: ['tok_ok', 'tok_declined', 'tok_needs_action', 'tok_pending', 'pm_ok', 'vault-ok', 'approval'],
    carrier: ['dhl'],
    amount_cents: [1, 2],
    country: ['DE'],
    'If-Match': ['"1"', '"4"', '*'],
  }
}
