import { randomUUID } from 'node:crypto'
import type { Person } from './callers.ts'
import { forUsers, type RoleMatrix, type World } from './role-matrix.ts'

const path = '/api/v1/orders'

/** The first table of orders.md, as far as there are operations. */
export const ordersRoleMatrix: RoleMatrix = {
  [`POST ${path}`]: { ...forUsers(201), ask: newOrder },
  [`GET ${path}`]: { ...forUsers(200), ask: () => ({ path }) },
  [`GET ${path}/{id}`]: {
    ...forUsers(200),
    foreign: 404,
    ask: async (world, owner) => ({ path: `${path}/${await placedOrder(world, owner)}` }),
  },
}

async function newOrder(world: World) {
  const items = [{ product_id: await world.stocked(1), quantity: 1 }]
  return { path, body: { items }, headers: { 'idempotency-key': randomUUID() } }
}

async function placedOrder(world: World, owner: Person): Promise<string> {
  const request = { ...(await newOrder(world)), method: 'POST', as: owner }
  const { status, text, json } = await world.send('orders', request)
  if (status !== 201) throw new Error(`no order: ${status} ${text}`)
  return String(json.id)
}
