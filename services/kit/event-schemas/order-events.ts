import { z } from 'zod'
import { eventContract } from './event-contract.ts'
import { cents, currency, eventId, series, word } from './event-fields.ts'

const orderStatuses = [
  'draft',
  'pending',
  'paid',
  'processing',
  'shipped',
  'delivered',
  'cancelled',
  'expired',
] as const

const line = z.strictObject({ product_id: eventId, quantity: z.int().min(1).max(1_000) })

/** Every event of an order says so much, so that nobody has to ask orders, or to keep the events before. */
const order = {
  user_id: eventId,
  status: z.enum(orderStatuses).meta({ description: 'of the order after what happened' }),
  currency,
  total_cents: cents,
  lines: z.array(line).max(100),
}
const orderExample = {
  user_id: '0192f0c4-5a00-7000-8000-00000000000a',
  currency: 'EUR',
  total_cents: 3998,
  lines: [{ product_id: '0192f0c4-5a00-7000-8000-000000000001', quantity: 2 }],
}

const by = 'orders'
const subject = 'order'
const plain = { by, subject, data: z.strictObject(order) } as const

export const orderEvents = {
  'order.placed.v1': eventContract({
    ...plain,
    description: 'The order was sent off with its prices as they are then; it waits for its payment.',
    example: { ...orderExample, status: 'pending' },
  }),
  'order.reopened.v1': eventContract({
    ...plain,
    description: 'Its stock was short when it was to be paid: the order is a draft again, and nothing was charged.',
    example: { ...orderExample, status: 'draft' },
  }),
  'order.paid.v1': eventContract({
    by,
    subject,
    description: 'The money is there. `amount_cents` is what was captured.',
    data: z.strictObject({ ...order, payment_id: eventId, provider: word, amount_cents: cents }),
    example: {
      ...orderExample,
      status: 'paid',
      payment_id: '0192f0c4-5a00-7000-8000-000000000005',
      provider: 'stripe',
      amount_cents: 3998,
    },
  }),
  'order.processing.v1': eventContract({
    ...plain,
    description: 'Somebody works on the order, or a part of it was sent.',
    example: { ...orderExample, status: 'processing' },
  }),
  'order.shipped.v1': eventContract({
    by,
    subject,
    description: 'All units of the order are on their way.',
    data: z.strictObject({ ...order, shipment_ids: z.array(eventId).max(100) }),
    example: { ...orderExample, status: 'shipped', shipment_ids: ['0192f0c4-5a00-7000-8000-000000000006'] },
  }),
  'order.delivered.v1': eventContract({
    ...plain,
    description: 'All shipments of the order have arrived.',
    example: { ...orderExample, status: 'delivered' },
  }),
  'order.cancelled.v1': eventContract({
    by,
    subject,
    description: 'The order will not be fulfilled; what was paid goes back.',
    data: z.strictObject({ ...order, reason: word }),
    example: { ...orderExample, status: 'cancelled', reason: 'out_of_stock' },
  }),
  'order.expired.v1': eventContract({
    ...plain,
    description: 'The order was not paid in time.',
    example: { ...orderExample, status: 'expired' },
  }),
  'order.refunded.v1': eventContract({
    by,
    subject,
    description: 'Money went back, all of it or a part: once for each refund. The status of the order stays.',
    data: z.strictObject({
      ...order,
      refund_id: eventId,
      amount_cents: cents,
      refund_currency: currency
        .optional()
        .meta({ description: 'of the amount, as it was paid; the order’s where it is left out' }),
      payment_status: z.enum(['unpaid', 'paid', 'partially_refunded', 'refunded']),
    }),
    example: {
      ...orderExample,
      status: 'shipped',
      refund_id: '0192f0c4-5a00-7000-8000-000000000007',
      amount_cents: 1999,
      refund_currency: 'EUR',
      payment_status: 'partially_refunded',
    },
  }),
  'invoice.issued.v1': eventContract({
    by,
    subject,
    description: 'The order has an invoice; its subject is the order, so that it comes in the order’s own sequence.',
    data: z.strictObject({
      invoice_id: eventId,
      series,
      number: z.int().min(1),
      order_id: eventId,
    }),
    example: {
      invoice_id: '0192f0c4-5a00-7000-8000-000000000008',
      series: 'R2026',
      number: 42,
      order_id: '0192f0c4-5a00-7000-8000-000000000004',
    },
  }),
}
