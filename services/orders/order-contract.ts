import { z } from '@hono/zod-openapi'
import { idSchema } from '../kit/id-schema.ts'
import { pageSchema } from '../kit/pagination.ts'
import { pageParameters, text } from '../kit/query-parameters.ts'

export const orderStatuses = [
  'draft',
  'pending',
  'paid',
  'processing',
  'shipped',
  'delivered',
  'cancelled',
  'expired',
] as const
const orderStatus = z.enum(orderStatuses)
export type OrderStatus = z.infer<typeof orderStatus>

const cents = z.int().min(0).openapi({ description: "in the currency's minor unit", example: 1999 })
const time = z.iso.datetime({ precision: 3 }).openapi({ example: '2026-11-22T13:37:00.000Z' })

export const quantityAtMost = 1_000
export const centsAtMost = 1_000_000_000_000

export const addressSchema = z
  .strictObject({
    name: text({ least: 1, most: 200 }),
    line1: text({ least: 1, most: 200 }),
    line2: text({ least: 0, most: 200 }).optional(),
    city: text({ least: 1, most: 100 }),
    region: text({ least: 0, most: 100 }).optional(),
    postal_code: text({ least: 1, most: 20 }),
    country: z.string().regex(/^[A-Z]{2}$/, 'must be two capital letters'),
  })
  .openapi('Address', {
    example: {
      name: 'Ada Lovelace',
      line1: '12 St James Square',
      city: 'London',
      postal_code: 'SW1Y 4JH',
      country: 'GB',
    },
  })
export type Address = z.infer<typeof addressSchema>

/** Strict: a price or a total in the body is refused, for it would be the client's word for the catalog's. */
export const orderDraftSchema = z
  .strictObject({
    items: z
      .array(z.strictObject({ product_id: idSchema, quantity: z.int().min(1).max(quantityAtMost) }))
      .min(1)
      .max(100)
      .openapi({ description: 'equal products are added up' }),
    shipping_address: addressSchema.optional(),
  })
  .openapi('OrderDraft', {
    example: { items: [{ product_id: '019aab3e-7c1e-7c1e-8c1e-0f0e0d0c0b0a', quantity: 2 }] },
  })
export type OrderDraft = z.infer<typeof orderDraftSchema>

const orderSummaryShape = {
  id: z.uuid(),
  user_id: z.uuid(),
  status: orderStatus,
  currency: z.string().openapi({ example: 'EUR' }),
  subtotal_cents: cents,
  tax_cents: cents,
  shipping_cents: cents,
  total_cents: cents,
  version: z.int(),
  created_at: time,
  updated_at: time,
}

export const orderSchema = z
  .object({
    ...orderSummaryShape,
    items: z.array(
      z.object({
        id: z.uuid(),
        product_id: z.uuid(),
        sku: z.string(),
        name: z.string(),
        unit_price_cents: cents,
        quantity: z.int(),
        total_cents: cents,
      }),
    ),
    shipping_address: addressSchema.nullable(),
    history: z
      .array(
        z.object({
          from: orderStatus.nullable(),
          to: orderStatus,
          actor: z.enum(['user', 'admin', 'system']),
          reason: z.string(),
          at: time,
        }),
      )
      .openapi({ description: 'the last 20 changes of status, newest first' }),
  })
  .openapi('Order')
export type Order = z.infer<typeof orderSchema>

export const orderPageSchema = pageSchema(z.object(orderSummaryShape).openapi('OrderSummary')).openapi('OrderPage')
export type OrderSummary = z.infer<typeof orderPageSchema>['data'][number]

export const orderListQuery = z.object({
  ...pageParameters,
  status: orderStatus.optional(),
  sort: z.enum(['-created_at', 'created_at']).default('-created_at'),
})
export type OrderListQuery = z.infer<typeof orderListQuery>

export const orderPath = z.object({ id: idSchema })
