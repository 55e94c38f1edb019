import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { bearer } from './account-steps.ts'
import { step } from './journey.ts'
import { wanted } from './product-steps.ts'

export const order = z.object({
  id: z.string(),
  status: z.string(),
  payment_status: z.string(),
  subtotal_cents: z.int(),
  total_cents: z.int(),
  items: z.array(z.object({ product_id: z.string(), quantity: z.int() })),
})

const address = {
  name: 'Ada Journey',
  line1: '12 St James Square',
  city: 'London',
  postal_code: 'SW1Y 4JH',
  country: 'GB',
}

/** A step is asked once, so each has a key of its own. */
export const keyed = () => ({ 'idempotency-key': randomUUID() })

export const makeOrder = (person: string) =>
  step({
    name: `${person} makes an order`,
    service: 'orders',
    ask: (recall) => ({
      method: 'POST',
      path: '/api/v1/orders',
      headers: { ...bearer(recall, person), ...keyed() },
      body: { items: [{ product_id: recall('product'), quantity: wanted.first }], shipping_address: address },
    }),
    status: 201,
    body: order,
    refuse: ({ status, items }) =>
      status === 'draft' && items[0]?.quantity === wanted.first ? null : `as ${status} with ${items.length} lines`,
    learn: ({ id }) => ({ order: id }),
  })
