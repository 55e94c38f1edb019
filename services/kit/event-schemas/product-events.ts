import { z } from 'zod'
import { eventContract } from './event-contract.ts'
import { cents, count, currency, eventId } from './event-fields.ts'

const productId = '0192f0c4-5a00-7000-8000-000000000001'
const categoryId = '0192f0c4-5a00-7000-8000-000000000002'
const reservationId = '0192f0c4-5a00-7000-8000-000000000003'

const version = z.int().min(1).meta({ description: 'of the row, as in its ETag; projections keep the highest' })

const product = {
  by: 'catalog',
  subject: 'product',
  data: z.strictObject({
    product_id: eventId,
    version,
    price: cents,
    currency,
    category_id: eventId.nullable(),
    active: z.boolean(),
  }),
  example: { product_id: productId, version: 3, price: 1999, currency: 'EUR', category_id: categoryId, active: true },
} as const

/**
 * The references under which orders holds stock, as PostgreSQL and JavaScript both read it. Any other was chosen by a
 * customer, who may have written anything: it is not told.
 */
export const orderReferencePattern = '^([0-9a-f-]{36}:)?order:[0-9a-f-]{36}(:[a-z]{1,20}:[0-9]{1,6})?$'

export const productEvents = {
  'product.created.v1': eventContract({ ...product, description: 'A product was added; none of it is in stock yet.' }),
  'product.updated.v1': eventContract({
    ...product,
    description: 'What is shown of a product, or its price, changed.',
  }),
  'product.deleted.v1': eventContract({
    ...product,
    description: 'A product can no longer be found or reserved.',
    example: { ...product.example, version: 4, category_id: null },
  }),
  'category.changed.v1': eventContract({
    by: 'catalog',
    subject: 'category',
    description: 'A category was made, renamed, moved or deleted.',
    data: z.strictObject({
      category_id: eventId,
      change: z.enum(['created', 'updated', 'deleted']),
      version,
      parent_id: eventId.nullable(),
    }),
    example: { category_id: categoryId, change: 'updated', version: 2, parent_id: null },
  }),
  'inventory.low.v1': eventContract({
    by: 'catalog',
    subject: 'product',
    description: 'Little of a product is left to sell; before this there was enough.',
    data: z.strictObject({ product_id: eventId, available: count }),
    example: { product_id: productId, available: 9 },
  }),
  'inventory.reservation_expired.v1': eventContract({
    by: 'catalog',
    subject: 'reservation',
    description: 'Time ran out: nothing is held under the reservation any more.',
    data: z.strictObject({
      reservation_id: eventId,
      reference: z
        .string()
        .regex(new RegExp(orderReferencePattern))
        .nullable()
        .meta({ description: 'null where it is none of an order' }),
    }),
    example: { reservation_id: reservationId, reference: 'order:0192f0c4-5a00-7000-8000-000000000004:hold:1' },
  }),
}
