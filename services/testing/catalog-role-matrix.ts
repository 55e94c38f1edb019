import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Person } from './callers.ts'
import { forAdmins, forAnyone, forUsers, type RoleMatrix, type World } from './role-matrix.ts'
import { newProduct } from './world.ts'

/** The first table of catalog.md. */
export const catalogRoleMatrix: RoleMatrix = {
  'GET /api/v1/products': { ...forAnyone(200), ask: () => ask('/products') },
  'GET /api/v1/products/{id}': {
    ...forAnyone(200),
    ask: async (world) => ask(`/products/${(await world.product()).id}`),
  },
  'POST /api/v1/products': {
    ...forAdmins(201),
    ask: async (world) => ask('/products', newProduct((await world.category()).id)),
  },
  'PUT /api/v1/products/{id}': {
    ...forAdmins(200),
    ask: async (world) => {
      const [{ id, tag }, category] = [await world.product(), await world.category()]
      const body = { ...newProduct(category.id), brand: null, description: '', image_key: null, active: true }
      return { ...ask(`/products/${id}`, body), headers: { 'if-match': tag } }
    },
  },
  'DELETE /api/v1/products/{id}': {
    ...forAdmins(204),
    ask: async (world) => {
      const { id, tag } = await world.product()
      return { ...ask(`/products/${id}`), headers: { 'if-match': tag } }
    },
  },
  'GET /api/v1/products/{id}/related': {
    ...forAnyone(200),
    ask: async (world) => ask(`/products/${(await world.product()).id}/related`),
  },
  'GET /api/v1/categories': { ...forAnyone(200), ask: () => ask('/categories') },
  'GET /api/v1/categories/{id}': {
    ...forAnyone(200),
    ask: async (world) => ask(`/categories/${(await world.category()).id}`),
  },
  'POST /api/v1/categories': {
    ...forAdmins(201),
    ask: () => ask('/categories', { name: `New ${randomUUID()}`, parent_id: null }),
  },
  'PUT /api/v1/categories/{id}': {
    ...forAdmins(200),
    ask: async (world) => {
      const { id, tag } = await world.category()
      return {
        ...ask(`/categories/${id}`, { name: `Renamed ${randomUUID()}`, parent_id: null }),
        headers: { 'if-match': tag },
      }
    },
  },
  'DELETE /api/v1/categories/{id}': {
    ...forAdmins(204),
    ask: async (world) => {
      const { id, tag } = await world.category()
      return { ...ask(`/categories/${id}`), headers: { 'if-match': tag } }
    },
  },
  'GET /api/v1/inventory/{product_id}': {
    ...forAnyone(200),
    ask: async (world) => ask(`/inventory/${(await world.product()).id}`),
  },
  'PUT /api/v1/inventory/{product_id}': {
    ...forAdmins(200),
    ask: async (world) => {
      const path = `/inventory/${(await world.product()).id}`
      const { headers } = await world.send('catalog', { method: 'GET', as: world.admin, ...ask(path) })
      return {
        ...ask(path, { quantity: 5, location: 'main' }),
        headers: { 'if-match': headers.get('etag') ?? '' },
      }
    },
  },
  'POST /api/v1/inventory/reserve': {
    ...{ anon: 401, user: 201, admin: 201, service: 201 },
    foreign: 422,
    ask: async (world, owner) => ask('/inventory/reserve', await wish(world, owner)),
  },
  'POST /api/v1/inventory/release': {
    ...{ anon: 401, user: 200, admin: 200, service: 200 },
    foreign: 404,
    ask: async (world, owner) => ask('/inventory/release', { reference: await held(world, owner) }),
  },
  'POST /api/v1/inventory/commit': {
    ...{ anon: 401, user: 403, admin: 200, service: 200 },
    ask: async (world, owner) => ask('/inventory/commit', { reference: await held(world, owner) }),
  },
  // Beside the table: what a refund needs, and the reconciliation on demand.
  'POST /api/v1/inventory/return': {
    ...{ anon: 401, user: 403, admin: 200, service: 200 },
    ask: async (world, owner) => {
      const reference = await held(world, owner)
      const sold = { method: 'POST', as: world.admin, ...ask('/inventory/commit', { reference }) }
      await world.send('catalog', sold)
      return ask('/inventory/return', { reference })
    },
  },
  'POST /api/v1/inventory/reservations/states': {
    ...{ anon: 401, user: 403, admin: 200, service: 200 },
    ask: async (world, owner) => ask('/inventory/reservations/states', { references: [await held(world, owner)] }),
  },
  'POST /api/v1/inventory/reconcile': { ...forAdmins(200), ask: () => ask('/inventory/reconcile') },
  'GET /api/v1/products/{id}/reviews': {
    ...forAnyone(200),
    ask: async (world) => ask(`/products/${(await world.product()).id}/reviews`),
  },
  'POST /api/v1/products/{id}/reviews': {
    ...forUsers(201),
    ask: async (world) => ask(`/products/${(await world.product()).id}/reviews`, { rating: 4, comment: 'Good' }),
  },
  'PUT /api/v1/products/{id}/reviews/{review_id}': {
    ...forUsers(200),
    foreign: 404,
    ask: async (world, owner) => ask(await reviewed(world, owner), { rating: 2, comment: 'Less so' }),
  },
  'DELETE /api/v1/products/{id}/reviews/{review_id}': {
    ...forUsers(204),
    foreign: 404,
    ask: async (world, owner) => ask(await reviewed(world, owner)),
  },
}

function ask(path: string, body?: unknown) {
  return { path: `/api/v1${path}`, ...(body === undefined ? {} : { body }) }
}

async function wish(world: World, { id }: Person) {
  const items = [{ product_id: await world.stocked(5), quantity: 1 }]
  return { reference: `${id}:${randomUUID()}`, items, ttl_seconds: 300 }
}

async function held(world: World, owner: Person): Promise<string> {
  const body = await wish(world, owner)
  const { status, text } = await world.send('catalog', {
    method: 'POST',
    as: owner,
    ...ask('/inventory/reserve', body),
  })
  if (status !== 201) throw new Error(`reserve: ${status} ${text}`)
  return body.reference
}

const idSchema = z.object({ id: z.uuid() })

async function reviewed(world: World, owner: Person): Promise<string> {
  const path = `/products/${(await world.product()).id}/reviews`
  const request = { method: 'POST', as: owner, ...ask(path, { rating: 5, comment: 'Fine' }) }
  return `${path}/${idSchema.parse((await world.send('catalog', request)).json).id}`
}
