import { z } from '@hono/zod-openapi'
import { idSchema } from '../kit/id-schema.ts'
import { lineSchema, nameSchema } from '../kit/name-schema.ts'
import { pageSchema } from '../kit/pagination.ts'
import { pageParameters } from '../kit/query-parameters.ts'
import { isCountry, isCurrency } from './iso-codes.ts'
import { orderStatuses, paymentStatuses } from './status/transitions.ts'

const orderStatus = z.enum(orderStatuses)
const paymentStatus = z.enum(paymentStatuses)

export const cents = z.int().min(0).openapi({ description: "in the currency's minor unit", example: 1999 })
export const time = z.iso.datetime({ precision: 3 }).openapi({ example: '2026-11-22T13:37:00.000Z' })
export const currencyCode = z
  .string()
  .regex(/^[A-Z]{3}$/, 'must be three capital letters (ISO 4217)')
  .openapi({ example: 'EUR' })

export const quantityAtMost = 1_000
export const linesAtMost = 100
export const centsAtMost = 1_000_000_000_000

export const addressSchema = z
  .strictObject({
    name: nameSchema(200),
    line1: nameSchema(200),
    line2: lineSchema(200).optional(),
    city: nameSchema(100),
    region: lineSchema(100).optional(),
    postal_code: nameSchema(20),
    country: z
      .string()
      .regex(/^[A-Z]{2}$/, 'must be two capital letters')
      .refine(isCountry, 'must be a country of ISO 3166'),
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

export const quantity = z.int().min(1).max(quantityAtMost)

/** Strict: a price or a total in the body is refused, for it would be the client's word for the catalog's. */
export const newItemSchema = z
  .strictObject({ product_id: idSchema, quantity })
  .openapi('NewOrderItem', { example: { product_id: '019aab3e-7c1e-7c1e-8c1e-0f0e0d0c0b0a', quantity: 2 } })

export const orderDraftSchema = z
  .strictObject({
    items: z
      .array(z.strictObject({ product_id: idSchema, quantity }))
      .max(linesAtMost)
      .default([])
      .openapi({ description: 'equal products are added up; more can be added until it is paid' }),
    shipping_address: addressSchema.optional().openapi({ description: 'needed before it is paid' }),
    billing_address: addressSchema.optional(),
    currency: currencyCode
      .refine(isCurrency, 'must be a currency of ISO 4217')
      .optional()
      .openapi({ description: 'of all prices; without it the products’, and where there are none the shop’s' }),
  })
  .openapi('OrderDraft', {
    example: { items: [{ product_id: '019aab3e-7c1e-7c1e-8c1e-0f0e0d0c0b0a', quantity: 2 }] },
  })
export type OrderDraft = z.output<typeof orderDraftSchema>

export const addressesSchema = z
  .strictObject({ shipping_address: addressSchema, billing_address: addressSchema.optional() })
  .openapi('OrderAddresses', { description: 'without `billing_address` the bill goes where the parcel goes' })

const orderSummaryShape = {
  id: z.uuid(),
  user_id: z.uuid(),
  status: orderStatus,
  payment_status: paymentStatus,
  on_hold: z.string().nullable().openapi({ description: 'why nothing goes forward until an admin has looked at it' }),
  currency: z.string().openapi({ example: 'EUR' }),
  subtotal_cents: cents,
  tax_cents: cents,
  shipping_cents: cents,
  total_cents: cents,
  version: z.int(),
  created_at: time,
  updated_at: time,
}

const itemSchema = z.object({
  id: z.uuid(),
  product_id: z.uuid(),
  sku: z.string(),
  name: z.string(),
  unit_price_cents: cents,
  quantity: z.int(),
  total_cents: cents,
  tax_basis_points: z.int().openapi({ description: 'hundredths of a percent', example: 1900 }),
  tax_cents: cents,
  shipped_quantity: z.int(),
  refunded_quantity: z.int().openapi({ description: 'units refunded before they were shipped' }),
  returned_quantity: z.int().openapi({ description: 'units refunded after they were shipped' }),
})

export const paymentSchema = z
  .object({
    id: z.uuid(),
    attempt: z.int(),
    provider: z.string().openapi({ example: 'stripe' }),
    status: z
      .enum(['created', 'requires_action', 'captured', 'declined', 'failed', 'cancelled', 'mismatched', 'surplus'])
      .openapi({ description: 'mismatched: not the sum that was asked for; surplus: came too late and goes back' }),
    amount_cents: cents,
    currency: z.string(),
    captured_cents: cents,
    refunded_cents: cents.openapi({ description: 'what refunds take, pending ones too' }),
    reason: z.string().nullable(),
    action: z
      .object({ type: z.string(), url: z.string() })
      .nullable()
      .openapi({ description: 'where the customer has to go on' }),
    created_at: time,
  })
  .openapi('Payment')

export const refundSchema = z
  .object({
    id: z.uuid(),
    payment_id: z.uuid(),
    amount_cents: cents,
    shipping_cents: cents.openapi({ description: 'of the amount' }),
    currency: z.string(),
    status: z.enum(['pending', 'succeeded', 'failed']),
    reason: z.string(),
    failure: z.string().nullable(),
    lines: z.array(z.object({ order_item_id: z.uuid(), quantity: z.int(), amount_cents: cents, restock: z.boolean() })),
    created_at: time,
    ended_at: time.nullable(),
  })
  .openapi('Refund')

export const shipmentSchema = z
  .object({
    id: z.uuid(),
    carrier: z.string().openapi({ example: 'dhl' }),
    tracking_number: z.string().openapi({ example: '00340434161094042557' }),
    tracking_url: z
      .string()
      .nullable()
      .openapi({ description: 'where it can be followed; null where we know no page' }),
    status: z.enum(['created', 'in_transit', 'out_for_delivery', 'delivered']),
    lines: z.array(z.object({ order_item_id: z.uuid(), quantity: z.int() })),
    shipped_at: time,
    delivered_at: time.nullable(),
  })
  .openapi('Shipment')

export const changeSchema = z
  .object({
    from: orderStatus.nullable(),
    to: orderStatus,
    actor: z.enum(['user', 'admin', 'system']),
    reason: z.string(),
    at: time,
  })
  .openapi('StatusChange')

export const orderSchema = z
  .object({
    ...orderSummaryShape,
    items: z.array(itemSchema),
    shipping_address: addressSchema.nullable(),
    billing_address: addressSchema.nullable(),
    payments: z.array(paymentSchema),
    refunds: z.array(refundSchema),
    shipments: z.array(shipmentSchema),
    history: z.array(changeSchema).openapi({ description: 'the last 20 changes of status, newest first' }),
  })
  .openapi('Order')
export type Order = z.infer<typeof orderSchema>

export const orderPageSchema = pageSchema(z.object(orderSummaryShape).openapi('OrderSummary')).openapi('OrderPage')
export type OrderSummary = z.infer<typeof orderPageSchema>['data'][number]

export const historyPageSchema = pageSchema(changeSchema).openapi('StatusChangePage')
export const refundPageSchema = pageSchema(refundSchema).openapi('RefundPage')

export const instant = z.iso.datetime({ offset: true }).openapi({ example: '2026-11-22T00:00:00Z' })

export const orderListQuery = z.object({
  ...pageParameters,
  status: orderStatus.optional(),
  payment_status: paymentStatus.optional(),
  from: instant.optional().openapi({ description: 'created at or after' }),
  to: instant.optional().openapi({ description: 'created before' }),
  sort: z.enum(['-created_at', 'created_at']).default('-created_at'),
})

export const pageQuery = z.object(pageParameters)

export const orderPath = z.object({ id: idSchema })
export const orderItemPath = z.object({ id: idSchema, item_id: idSchema })
