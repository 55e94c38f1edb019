import { z } from '@hono/zod-openapi'
import { idSchema } from '../../kit/id-schema.ts'
import { nameSchema } from '../../kit/name-schema.ts'
import { centsAtMost, linesAtMost, quantity } from '../order-contract.ts'

const line = z.strictObject({
  order_item_id: idSchema,
  quantity,
  restock: z
    .boolean()
    .default(false)
    .openapi({ description: 'the units go on sale again, once the money has gone back' }),
})

/** Money without naming what for, or what it is for: then the amount is what that cost. */
export const newRefundSchema = z
  .strictObject({
    amount_cents: z
      .int()
      .min(1)
      .max(centsAtMost)
      .optional()
      .openapi({ description: 'of the money; not beside lines or shipping' }),
    lines: z
      .array(line)
      .min(1)
      .max(linesAtMost)
      .optional()
      .openapi({ description: 'units at what they cost, tax included; those not yet shipped first' }),
    shipping: z.literal(true).optional().openapi({ description: 'what shipping cost, once an order' }),
    reason: nameSchema(500),
  })
  .check(judgeWhat)
  .check(refuseTwice)
  .openapi('NewRefund', { example: { amount_cents: 1999, reason: 'arrived with a scratch' } })
export type NewRefund = z.output<typeof newRefundSchema>

type Judged = z.core.ParsePayload<{
  amount_cents?: number | undefined
  lines?: { order_item_id: string }[] | undefined
  shipping?: true | undefined
}>

function judgeWhat({ value, issues }: Judged): void {
  const named = value.lines !== undefined || value.shipping === true
  if (named !== (value.amount_cents !== undefined)) return
  const message = named ? 'is what lines and shipping cost: give one or the other' : 'or lines or shipping is needed'
  issues.push({ code: 'custom', message, path: ['amount_cents'], input: value.amount_cents })
}

function refuseTwice({ value: { lines = [] }, issues }: Judged): void {
  const ids = lines.map(({ order_item_id }) => order_item_id)
  for (const [index, id] of ids.entries()) {
    if (ids.indexOf(id) === index) continue
    const message = 'is named before'
    issues.push({ code: 'custom', message, path: ['lines', index, 'order_item_id'], input: id })
  }
}
