import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Expectation, Http } from '../engine/scenario/http.ts'
import { defineScenario, type Scenario } from '../engine/scenario/scenario.ts'
import { Sessions } from './sessions.ts'
import type { ShopHttp } from './shop-http.ts'
import type { RunData } from './shop-settings.ts'

type State = { token: string; order: string }

const orderSchema = z.object({ id: z.string(), status: z.string() })

const shippingAddress = {
  name: 'Load Test',
  line1: '12 St James Square',
  city: 'London',
  postal_code: 'SW1Y 4JH',
  country: 'GB',
}

const statusIs = (status: number, wanted: string): Expectation => ({
  status,
  check(response) {
    const order = orderSchema.safeParse(response.json())
    if (!order.success) return 'no order'
    return order.data.status === wanted ? null : `the order is ${order.data.status} and not ${wanted}`
  },
})

/** L-3: somebody begins an order, adds to it, pays and looks where it is. It is cancelled when that is done. */
export const ordersScenario = (shop: ShopHttp, data: RunData): Scenario => {
  const sessions = new Sessions(shop, data)
  const productAt = (random: () => number): string =>
    data.products[Math.floor(random() * data.products.length)]?.id ?? ''
  const post = (http: Http, path: string, { token, body, expect }: Posting) =>
    shop(http, path, { method: 'POST', token, body, expect, headers: { 'idempotency-key': randomUUID() } })

  return defineScenario<State>({
    name: 'orders',
    weight: 20,
    start: async ({ number }, http) => ({ token: await sessions.tokenOf(number, http), order: '' }),
    steps: [
      {
        name: 'create order',
        async run({ state, random }, http) {
          const body = {
            items: [{ product_id: productAt(random), quantity: 1 }],
            shipping_address: shippingAddress,
          }
          const answer = await post(http, '/api/v1/orders', {
            token: state.token,
            body,
            expect: statusIs(201, 'draft'),
          })
          state.order = orderSchema.parse(answer.json()).id
        },
      },
      {
        name: 'add items',
        run({ state: { token, order }, random }, http) {
          const body = { product_id: productAt(random), quantity: 2 }
          return post(http, `/api/v1/orders/${order}/items`, { token, body, expect: statusIs(200, 'draft') })
        },
      },
      {
        name: 'pay',
        run({ state: { token, order } }, http) {
          const body = { provider: 'simulated', method_token: 'tok_ok' }
          return post(http, `/api/v1/orders/${order}/payment`, { token, body, expect: statusIs(200, 'paid') })
        },
      },
      {
        name: 'track status',
        run: ({ state: { token, order } }, http) =>
          shop(http, `/api/v1/orders/${order}`, { method: 'GET', token, expect: statusIs(200, 'paid') }),
      },
    ],
    async tidy({ number, state }, http) {
      state.token = await sessions.tokenOf(number, http)
      if (state.order === '') return
      const body = { reason: 'ordered by a load test' }
      // 409 while a payment that was cut off is at work: who clears up after the run waits for its end.
      const expect = { status: [200, 409] }
      await shop(http, `/api/v1/orders/${state.order}/cancel`, { method: 'POST', token: state.token, body, expect })
      state.order = ''
    },
  })
}

type Posting = { readonly token: string; readonly body: unknown; readonly expect: Expectation }
