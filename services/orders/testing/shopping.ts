import { randomUUID } from 'node:crypto'
import { expect } from 'vitest'
import { type Order, orderSchema } from '../order-contract.ts'
import type { StandInProduct } from './catalog-stand-in.ts'
import { type OrdersApp, postOrder, type User } from './orders-fixture.ts'
import { testAddress } from './test-address.ts'

export const ordersPath = '/api/v1/orders'

export type Item = { readonly product_id: string; readonly quantity: number }

export const unitsOf = ({ id }: Pick<StandInProduct, 'id'>, quantity = 1): Item => ({ product_id: id, quantity })

/** What a customer does at an app, each with a key of its own where none is given. */
export function shopping(app: Pick<OrdersApp, 'request'>, user: User) {
  const post = (path: string, body: unknown, key: string = randomUUID()) =>
    app.request(path, postOrder(user, { key, body }))
  return {
    post,
    create: (items: readonly Item[], key?: string) => post(ordersPath, { items, shipping_address: testAddress }, key),
    async draft(...items: readonly Item[]): Promise<Order> {
      const response = await post(ordersPath, { items, shipping_address: testAddress })
      expect(response.status, await response.clone().text()).toBe(201)
      return orderSchema.parse(await response.json())
    },
    add: (orderId: string, item: Item, key?: string) => post(`${ordersPath}/${orderId}/items`, item, key),
    pay: (orderId: string, token = 'tok_ok', key?: string) =>
      post(`${ordersPath}/${orderId}/payment`, { provider: 'simulated', method_token: token }, key),
    cancel: (orderId: string) => post(`${ordersPath}/${orderId}/cancel`, {}),
    async read(orderId: string): Promise<Order> {
      const headers = { authorization: `Bearer ${user.token}` }
      const response = await app.request(`${ordersPath}/${orderId}`, { headers })
      expect(response.status).toBe(200)
      return orderSchema.parse(await response.json())
    },
  }
}
