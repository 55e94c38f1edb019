import { z } from 'zod'
import { type Journey, step } from './journey.ts'
import { findProduct, readStock } from './product-steps.ts'

/** Whoever looks around before there is any account. */
export const browseJourney: Journey = {
  name: 'a visitor finds a product',
  people: [],
  needs: [],
  steps: [
    findProduct,
    step({
      name: 'read what it is',
      service: 'catalog',
      ask: (recall) => ({ method: 'GET', path: `/api/v1/products/${recall('product')}` }),
      status: 200,
      body: z.object({ id: z.string(), name: z.string(), price: z.int(), category_id: z.string().nullable() }),
      refuse: ({ name, price }, recall) =>
        name === recall('productName') && String(price) === recall('price') ? null : `with ${name} for ${price}`,
    }),
    step({
      name: 'find it by its name',
      service: 'catalog',
      ask: (recall) => ({
        method: 'GET',
        path: `/api/v1/products?${new URLSearchParams({ q: recall('productName'), limit: '50' })}`,
      }),
      status: 200,
      body: z.object({ data: z.array(z.object({ id: z.string() })) }),
      refuse: ({ data }, recall) =>
        data.some(({ id }) => id === recall('product'))
          ? null
          : `without it, among ${data.length} that have its name's words`,
    }),
    readStock,
    step({
      name: 'read what others say of it',
      service: 'catalog',
      ask: (recall) => ({ method: 'GET', path: `/api/v1/products/${recall('product')}/reviews?limit=1` }),
      status: 200,
      body: z.object({ data: z.array(z.unknown()) }),
    }),
  ],
}
