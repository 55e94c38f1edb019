import { z } from '@hono/zod-openapi'
import { reservationStates } from '../schema.ts'

const exampleProduct = '0192f0c4-5a00-7000-8000-000000000001'

/** Of one product, also when several lines ask for it. */
const unitsAtMost = 1_000

export const reservationLineSchema = z.object({
  product_id: z.uuid().openapi({ example: exampleProduct }),
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
    const index = value.findLastIndex((line) => line.product_id.toLowerCase() === product_id)
    issues.push({ code: 'custom', message, path: [index, 'quantity'], input: quantity })
  }
}

/** Equal products added up: two lines of 2 want 4. */
export function linesPerProduct(items: readonly ReservationLine[]): ReservationLine[] {
  const quantities = new Map<string, number>()
  for (const { product_id, quantity } of items) {
    const id = product_id.toLowerCase()
    quantities.set(id, (quantities.get(id) ?? 0) + quantity)
  }
  return [...quantities].map(([product_id, quantity]) => ({ product_id, quantity }))
}

export const closeReservationSchema = z
  .union([z.strictObject({ reference }), z.strictObject({ reservation_id: z.uuid() })])
  .openapi('CloseReservation')
export type ReservationKey = z.output<typeof closeReservationSchema>

export const reservationSchema = z
  .object({
    id: z.uuid(),
    reference: z.string(),
    state: z.enum(reservationStates),
    items: z.array(reservationLineSchema).openapi({ description: 'one a product, equal products added up' }),
    created_at: z.iso.datetime(),
    expires_at: z.iso.datetime(),
  })
  .openapi('Reservation')
export type Reservation = z.output<typeof reservationSchema>
