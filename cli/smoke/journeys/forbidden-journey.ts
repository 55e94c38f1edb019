import { z } from 'zod'
import { bearer, logIn, register } from './account-steps.ts'
import { type Journey, step } from './journey.ts'
import { makeOrder } from './order-steps.ts'
import { findProduct } from './product-steps.ts'

const problem = z.object({ code: z.string() })

/** What must not work does not. */
export const forbiddenJourney: Journey = {
  name: 'a customer is kept from what is not theirs',
  people: ['ada', 'bob'],
  needs: ['account'],
  steps: [
    findProduct,
    register('ada'),
    logIn('ada'),
    makeOrder('ada'),
    register('bob'),
    logIn('bob'),
    step({
      name: "bob does not find ada's order",
      service: 'orders',
      ask: (recall) => ({
        method: 'GET',
        path: `/api/v1/orders/${recall('order')}`,
        headers: bearer(recall, 'bob'),
      }),
      status: 404,
      body: problem,
    }),
    step({
      name: "bob cannot cancel ada's order",
      service: 'orders',
      ask: (recall) => ({
        method: 'POST',
        path: `/api/v1/orders/${recall('order')}/cancel`,
        headers: bearer(recall, 'bob'),
        body: {},
      }),
      status: 404,
      body: problem,
    }),
    step({
      name: 'bob is no admin of users',
      service: 'users',
      ask: (recall) => ({ method: 'GET', path: '/api/v1/users?limit=1', headers: bearer(recall, 'bob') }),
      status: 403,
      body: problem,
    }),
    step({
      name: 'bob is no admin of stock',
      service: 'catalog',
      ask: (recall) => ({
        method: 'PUT',
        path: `/api/v1/inventory/${recall('product')}`,
        headers: { ...bearer(recall, 'bob'), 'if-match': '"0"' },
        body: { quantity: 1 },
      }),
      status: 403,
      body: problem,
    }),
    step({
      name: 'bob sees no order of others in his list',
      service: 'orders',
      ask: (recall) => ({ method: 'GET', path: '/api/v1/orders', headers: bearer(recall, 'bob') }),
      status: 200,
      body: z.object({ data: z.array(z.unknown()) }),
      refuse: ({ data }) => (data.length === 0 ? null : `with ${data.length} orders, and he has none`),
    }),
  ],
}
