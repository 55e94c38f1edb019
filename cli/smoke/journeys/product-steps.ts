import { z } from 'zod'
import { step } from './journey.ts'

/** As many as a journey buys of one product. */
export const wanted = { first: 2, added: 1 } as const
const enough = wanted.first + wanted.added

const products = z.object({
  data: z.array(z.object({ id: z.string(), name: z.string(), price: z.int(), available: z.int().optional() })),
})
export const stock = z.object({ product_id: z.string(), available: z.int() })

export const findProduct = step({
  name: 'find a product that is in stock',
  service: 'catalog',
  ask: () => ({ method: 'GET', path: '/api/v1/products?in_stock=true&sort=price&limit=50' }),
  status: 200,
  body: products,
  impossible: ({ data }) =>
    data.some(({ available = enough }) => available >= enough)
      ? null
      : `no product has ${enough} in stock, of ${data.length} that are listed`,
  learn: ({ data }) => {
    const found = data.find(({ available = enough }) => available >= enough)
    return { product: found?.id ?? '', productName: found?.name ?? '', price: String(found?.price ?? 0) }
  },
})

export const readStock = step({
  name: 'read its stock',
  service: 'catalog',
  ask: (recall) => ({ method: 'GET', path: `/api/v1/inventory/${recall('product')}` }),
  status: 200,
  body: stock,
  refuse: ({ product_id }, recall) => (product_id === recall('product') ? null : `for the product ${product_id}`),
  learn: ({ available }) => ({ available: String(available) }),
})
