import { z } from '@hono/zod-openapi'
import { instant } from '../order-contract.ts'
import { providerNames } from '../payments/provider.ts'

export const ordersAtMost = 100

export const reconcileSchema = z
  .strictObject({
    from: instant.optional().openapi({ description: 'changed at or after' }),
    to: instant.optional().openapi({ description: 'changed before' }),
    limit: z.int().min(1).max(ordersAtMost).default(ordersAtMost).openapi({ description: 'orders a page' }),
    cursor: z
      .string()
      .min(1)
      .max(2_000)
      .optional()
      .openapi({ description: '`next` of the page before, with the same `from` and `to`' }),
  })
  .openapi('ReconcileOrders', { example: { from: '2026-11-22T00:00:00Z', limit: 100 } })

/** What can be off, each with what was compared. */
export const driftKinds = {
  payment_status: 'the order’s, and what its payments and refunds add up to',
  money_missing: 'the total of an order that counts as paid, and what was captured for it',
  money_unclaimed: 'nothing, and the cents of a payment that no order wants and that have not gone back',
  refund_sum: 'the cents that a payment counts as refunded, and its refunds that have not failed',
  unfinished: 'done, and work for an order that has been open for too long, or that nobody can do',
  charge: 'a payment here, and at its provider',
  refunded: 'the cents of a payment’s refunds here, and at its provider',
  refund: 'a refund here, and at its provider',
  stock: 'held, sold or free, and the state of the reservation in the catalog',
  stock_units: 'units of a product that the order keeps off sale, and those that the catalog does',
} as const
export type DriftKind = keyof typeof driftKinds

const kinds = Object.entries(driftKinds).map(([kind, compared]) => `${kind}: ${compared}`)

const driftSchema = z.object({
  order_id: z.uuid(),
  kind: z.enum(kindsOf(driftKinds)).openapi({ description: `expected and found are of… ${kinds.join('; ')}` }),
  about: z.string().nullable().openapi({ description: 'the payment, refund, product or work it is about' }),
  expected: z.string(),
  found: z.string(),
})

const sources = ['catalog', ...providerNames] as const
export type Source = (typeof sources)[number]

export const reconciliationSchema = z
  .object({
    checked: z.int().openapi({ description: 'orders that were compared' }),
    drift: z.array(driftSchema),
    unknown: z
      .array(z.object({ order_id: z.uuid(), source: z.enum(sources) }))
      .openapi({ description: 'who could not be asked about which orders' }),
    next: z.string().nullable().openapi({ description: 'give it as `cursor` to go on' }),
  })
  .openapi('OrderReconciliation', { example: { checked: 100, drift: [], unknown: [], next: null } })

function kindsOf(of: typeof driftKinds): [DriftKind, ...DriftKind[]] {
  const [first, ...others] = Object.keys(of).filter((name): name is DriftKind => name in of)
  if (first === undefined) throw new Error('there are no kinds of drift')
  return [first, ...others]
}
