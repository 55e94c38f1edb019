import { z } from 'zod'
import { bearer, logIn, register } from './account-steps.ts'
import { type Journey, step } from './journey.ts'
import { keyed, makeOrder, order } from './order-steps.ts'
import { findProduct, readStock, stock, wanted } from './product-steps.ts'

const units = wanted.first + wanted.added

/** Money and goods there and back, with a provider that only plays. */
export const orderJourney: Journey = {
  name: 'a customer buys, and gets the money back',
  people: ['ada'],
  needs: ['account', 'simulated-payment'],
  steps: [
    findProduct,
    readStock,
    register('ada'),
    logIn('ada'),
    makeOrder('ada'),
    step({
      name: 'ada adds an item',
      service: 'orders',
      ask: (recall) => ({
        method: 'POST',
        path: `/api/v1/orders/${recall('order')}/items`,
        headers: { ...bearer(recall, 'ada'), ...keyed() },
        body: { product_id: recall('product'), quantity: wanted.added },
      }),
      status: 200,
      body: order,
      refuse: ({ subtotal_cents }, recall) =>
        subtotal_cents === units * Number(recall('price'))
          ? null
          : `with a subtotal of ${subtotal_cents} instead of ${units} times ${recall('price')}`,
      learn: ({ total_cents }) => ({ total: String(total_cents) }),
    }),
    step({
      name: 'ada pays',
      service: 'orders',
      ask: (recall) => ({
        method: 'POST',
        path: `/api/v1/orders/${recall('order')}/payment`,
        headers: { ...bearer(recall, 'ada'), ...keyed() },
        body: { provider: 'simulated', method_token: 'tok_ok' },
      }),
      status: 200,
      body: order,
      refuse: ({ status }) => (status === 'paid' ? null : `as ${status} instead of paid`),
    }),
    step({
      name: 'ada sees it paid',
      service: 'orders',
      ask: (recall) => ({
        method: 'GET',
        path: `/api/v1/orders/${recall('order')}`,
        headers: bearer(recall, 'ada'),
      }),
      status: 200,
      body: order,
      refuse: ({ payment_status, total_cents }, recall) =>
        payment_status === 'paid' && String(total_cents) === recall('total')
          ? null
          : `as ${payment_status}, ${total_cents} in all`,
    }),
    step({
      name: 'the stock has fallen',
      service: 'catalog',
      ask: (recall) => ({ method: 'GET', path: `/api/v1/inventory/${recall('product')}` }),
      status: 200,
      body: stock,
      refuse: ({ available }, recall) =>
        available <= Number(recall('available')) - units
          ? null
          : `with ${available} available, of ${recall('available')} before ${units} were bought`,
      withinSeconds: 5,
    }),
    step({
      name: 'ada has an invoice',
      service: 'orders',
      ask: (recall) => ({
        method: 'GET',
        path: `/api/v1/orders/${recall('order')}/invoice`,
        headers: bearer(recall, 'ada'),
      }),
      status: 200,
      body: z.object({ number_text: z.string().min(1), order_id: z.string() }),
      refuse: ({ order_id }, recall) => (order_id === recall('order') ? null : `of the order ${order_id}`),
      // It is stored a moment after the payment.
      withinSeconds: 20,
    }),
    step({
      name: 'ada cancels the order',
      service: 'orders',
      ask: (recall) => ({
        method: 'POST',
        path: `/api/v1/orders/${recall('order')}/cancel`,
        headers: bearer(recall, 'ada'),
        body: { reason: 'a journey of shopctl smoke' },
      }),
      status: 200,
      body: order,
      refuse: ({ status }) => (status === 'cancelled' ? null : `as ${status} instead of cancelled`),
    }),
    step({
      name: 'ada has the money back',
      service: 'orders',
      ask: (recall) => ({
        method: 'GET',
        path: `/api/v1/orders/${recall('order')}/refunds`,
        headers: bearer(recall, 'ada'),
      }),
      status: 200,
      body: z.object({ data: z.array(z.object({ status: z.string(), amount_cents: z.int() })) }),
      refuse: ({ data: [refund] }, recall) =>
        refund?.status === 'succeeded' && String(refund.amount_cents) === recall('total')
          ? null
          : `with ${refund === undefined ? 'no refund' : `${refund.amount_cents} ${refund.status}`} of ${recall('total')}`,
      withinSeconds: 20,
    }),
  ],
}
