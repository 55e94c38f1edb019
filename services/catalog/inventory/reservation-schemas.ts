import { z } from '@hono/zod-openapi'
import { idSchema } from '../../kit/id-schema.ts'
import { reservationStates } from '../schema.ts'

const exampleProduct = '0192f0c4-5a00-7000-8000-000000000001'

/** Of one product, also when several lines ask for it. */
const unitsAtMost = 1_000

export const reservationLineSchema = z.object({
  product_id: idSchema.openapi({ example: exampleProduct }),
  quantity: z.int().min(1).max(unitsAtMost, { abort: true }).openapi({ example: 2 }),
})

const reference = z
  .string()
  .regex(/^[\x21-\x7e]{1,200}$/, 'must be 1 to 200 printable ASCII characters without spaces')
  .openapi({
    description: 'Chosen by the caller and unique: the same reference again is the same reservation',
    example: '0192f0c4-5a00-7000-8000-00000000000a:order:17',
  })

export const reserveSchema = z
  .strictObject({
    reference,
    items: z.array(reservationLineSchema.strict()).min(1).max(100).check(refuseTooManyUnits),
    ttl_seconds: z.int().min(60).max(3_600).default(900).openapi({ description: 'for how long it is held' }),
  })
  .openapi('Reserve')
export type Reserve = z.output<typeof reserveSchema>
export type ReservationLine = z.output<typeof reservationLineSchema>

function refuseTooManyUnits({ value, issues }: z.core.ParsePayload<z.output<typeof reservationLineSchema>[]>) {
  for (const { product_id, quantity } of linesPerProduct(value)) {
    if (quantity <= unitsAtMost) continue
    const message = `together they ask for ${quantity} of one product, more than ${unitsAtMost}`
    const index = value.findLastIndex((line) => line.product_id === product_id)
    issues.push({ code: 'custom', message, path: [index, 'quantity'], input: quantity })
  }
}

/** Equal products added up: two lines of 2 want 4. */
export function linesPerProduct(items: readonly ReservationLine[]): ReservationLine[] {
  const quantities = new Map<string, number>()
  for (const { product_id: id, quantity } of items) quantities.set(id, (quantities.get(id) ?? 0) + quantity)
  return [...quantities].map(([product_id, quantity]) => ({ product_id, quantity }))
}

const keyFields = z.strictObject({ reference: reference.optional(), reservation_id: idSchema.optional() })

/** A union says of a wrong body only that it fits none of its members, so each field is judged before. */
export const closeReservationSchema = z
  .preprocess(judgeKey, z.union([z.strictObject({ reference }), z.strictObject({ reservation_id: idSchema })]))
  .openapi('CloseReservation')
export type ReservationKey = z.output<typeof closeReservationSchema>

function judgeKey(body: unknown, context: z.core.$RefinementCtx): unknown {
  const judged = keyFields.safeParse(body)
  if (!judged.success) {
    for (const issue of judged.error.issues) {
      // Of its own kind it would not keep the union from being asked.
      const unknown = issue.code === 'unrecognized_keys' ? issue.keys : null
      for (const field of unknown ?? []) context.addIssue({ code: 'custom', message: 'Unknown field', path: [field] })
      if (unknown === null) context.addIssue({ ...issue })
    }
    return z.NEVER
  }
  const { reference, reservation_id } = judged.data
  if ((reference === undefined) === (reservation_id === undefined)) {
    const path = [reference === undefined ? 'reference' : 'reservation_id']
    const message = 'Give one of reference and reservation_id, and not both'
    context.addIssue({ code: 'custom', message, path, input: body })
  }
  return body
}

export const reservationSchema = z
  .object({
    id: z.uuid(),
    reference: z.string(),
    state: z.enum(reservationStates),
    items: z.array(reservationLineSchema).openapi({ description: 'one a product, equal products added up' }),
    created_at: z.iso.datetime(),
    expires_at: z.iso.datetime(),
    re_held: z.boolean().openapi({ description: 'committed after `expires_at`, while all of it was still free' }),
  })
  .openapi('Reservation')
export type Reservation = z.output<typeof reservationSchema>
