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

export const reference = z
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

const keyFields = { reference: reference.optional(), reservation_id: idSchema.optional() }

/** A union says of a wrong body only that it fits none of its members, so each field is judged before. */
export const closeReservationSchema = z
  .preprocess(
    judgedBy(z.strictObject(keyFields)),
    z.union([z.strictObject({ reference }), z.strictObject({ reservation_id: idSchema })]),
  )
  .openapi('CloseReservation')
export type ReservationKey = z.output<typeof closeReservationSchema>

const partFields = {
  items: z
    .array(reservationLineSchema.strict())
    .min(1)
    .max(100)
    .check(refuseTooManyUnits)
    .optional()
    .openapi({ description: 'a part of what was sold; without them all that is not back yet' }),
  return_key: z
    .string()
    .regex(/^[\x21-\x7e]{1,100}$/, 'must be 1 to 100 printable ASCII characters without spaces')
    .optional()
    .openapi({
      description: 'Of a part, chosen by the caller: the same key again changes nothing',
      example: 'refund:17',
    }),
}

export const returnStockSchema = z
  .preprocess(
    judgedBy(z.strictObject({ ...keyFields, ...partFields })),
    z.union([
      z.strictObject({ reference, ...partFields }),
      z.strictObject({ reservation_id: idSchema, ...partFields }),
    ]),
  )
  .openapi('ReturnStock')
export type ReturnStock = z.output<typeof returnStockSchema>

type Keyed = { readonly reference?: unknown; readonly reservation_id?: unknown }
type Parted = Keyed & { readonly items?: unknown; readonly return_key?: unknown }

function judgedBy(fields: z.ZodType<Parted>) {
  return (body: unknown, context: z.core.$RefinementCtx): unknown => {
    const judged = fields.safeParse(body)
    if (!judged.success) {
      for (const issue of judged.error.issues) {
        // Of its own kind it would not keep the union from being asked.
        const unknown = issue.code === 'unrecognized_keys' ? issue.keys : null
        for (const field of unknown ?? []) context.addIssue({ code: 'custom', message: 'Unknown field', path: [field] })
        if (unknown === null) context.addIssue({ ...issue })
      }
      return z.NEVER
    }
    for (const { path, message } of missingFields(judged.data)) {
      context.addIssue({ code: 'custom', message, path: [path], input: body })
    }
    return body
  }
}

function missingFields({ reference, reservation_id, items, return_key }: Parted) {
  const keys = (reference === undefined) === (reservation_id === undefined)
  const parts = (items === undefined) !== (return_key === undefined)
  return [
    ...(keys
      ? [
          {
            path: reference === undefined ? 'reference' : 'reservation_id',
            message: 'Give one of reference and reservation_id, and not both',
          },
        ]
      : []),
    ...(parts
      ? [{ path: items === undefined ? 'items' : 'return_key', message: 'items and return_key come together' }]
      : []),
  ]
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
