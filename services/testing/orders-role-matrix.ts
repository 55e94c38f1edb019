import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { signedHeader } from '../orders/payments/signed-payload.ts'
import { paidOrder } from '../orders/testing/paid-order.ts'
import { testAddress } from '../orders/testing/test-address.ts'
import type { Person } from './callers.ts'
import { buyerAt } from './money/buyer.ts'
import { type Ask, forAdmins, forAnyone, forUsers, type RoleMatrix, type World } from './role-matrix.ts'
import { webhookSecrets } from './service-settings.ts'

const path = '/api/v1/orders'

/** Their owner's alone: an admin may look at them, and neither fills nor pays them. */
const forOwners = { anon: 401, user: 200, admin: 403, service: 403, foreign: 404 } as const
const forOwnersAndAdmins = { ...forUsers(200), foreign: 404 } as const

/** The first table of orders.md. */
export const ordersRoleMatrix: RoleMatrix = {
  [`POST ${path}`]: {
    ...forUsers(201),
    ask: async (world) => keyed({ path, body: { items: [await oneItem(world)] } }),
  },
  [`GET ${path}`]: { ...forUsers(200), ask: () => ({ path }) },
  [`GET ${path}/{id}`]: {
    ...forOwnersAndAdmins,
    ask: async (world, owner) => ({ path: `${path}/${await drafted(world, owner)}` }),
  },
  [`POST ${path}/{id}/items`]: {
    ...forOwners,
    ask: async (world, owner) =>
      keyed({ path: `${path}/${await drafted(world, owner)}/items`, body: await oneItem(world) }),
  },
  [`DELETE ${path}/{id}/items/{item_id}`]: {
    ...forOwners,
    ask: async (world, owner) => ({ path: await draftedLine(world, owner) }),
  },
  [`PUT ${path}/{id}/addresses`]: {
    ...forOwners,
    ask: async (world, owner) => ({
      path: `${path}/${await drafted(world, owner)}/addresses`,
      body: { shipping_address: testAddress },
    }),
  },
  [`POST ${path}/{id}/payment`]: {
    ...forOwners,
    ask: async (world, owner) => {
      const body = { provider: 'simulated', method_token: 'tok_ok' }
      return keyed({ path: `${path}/${await drafted(world, owner)}/payment`, body })
    },
  },
  [`POST ${path}/{id}/cancel`]: {
    ...forOwnersAndAdmins,
    ask: async (world, owner) => ({ path: `${path}/${await drafted(world, owner)}/cancel`, body: {} }),
  },
  [`PUT ${path}/{id}/status`]: {
    ...forAdmins(200),
    ask: async (world, { id: userId }) => {
      const { id, version } = await paidOrder(world.shop.orders, { userId })
      const headers = { 'if-match': `"${version}"` }
      return { path: `${path}/${id}/status`, headers, body: { status: 'processing' } }
    },
  },
  [`POST ${path}/{id}/shipments`]: {
    ...forAdmins(201),
    ask: async (world, { id: userId }) => {
      const { id } = await paidOrder(world.shop.orders, { userId })
      const body = { carrier: 'dhl', tracking_number: randomUUID() }
      return keyed({ path: `${path}/${id}/shipments`, body })
    },
  },
  [`POST ${path}/{id}/refunds`]: {
    ...forAdmins(201),
    ask: async (world, owner) => {
      const body = { amount_cents: 1, reason: 'of the matrix' }
      return keyed({ path: `${path}/${await paid(world, owner)}/refunds`, body })
    },
  },
  [`GET ${path}/{id}/refunds`]: {
    ...forOwnersAndAdmins,
    ask: async (world, owner) => ({ path: `${path}/${await drafted(world, owner)}/refunds` }),
  },
  [`GET ${path}/{id}/history`]: {
    ...forOwnersAndAdmins,
    ask: async (world, owner) => ({ path: `${path}/${await drafted(world, owner)}/history` }),
  },
  [`GET ${path}/{id}/invoice`]: {
    ...forOwnersAndAdmins,
    // The document is made a little later; what it says is there at once.
    ask: async (world, owner) => ({
      path: `${path}/${await paid(world, owner)}/invoice`,
      headers: { accept: 'application/json' },
    }),
  },
  [`POST ${path}/reconcile`]: { ...forAdmins(200), ask: () => ({ path: `${path}/reconcile`, body: { limit: 1 } }) },
  'POST /api/v1/webhooks/simulated': {
    ...forAnyone(200),
    ask: () => signed('simulated', { id: randomUUID(), created: now(), data: { object: 'refund', refund: ofNobody } }),
  },
  'POST /api/v1/webhooks/stripe': {
    ...forAnyone(200),
    ask: () => signed('stripe', { id: randomUUID(), type: 'account.updated', created: now(), data: { object: {} } }),
  },
  // Its certificate is PayPal's own; whoever has none is refused alike. Signed ones are in the contract of providers.
  'POST /api/v1/webhooks/paypal': { ...forAnyone(400), ask: () => ({ path: '/api/v1/webhooks/paypal', body: {} }) },
  'POST /api/v1/webhooks/shipping': {
    ...forAnyone(200),
    ask: () => {
      const parcel = { carrier: 'dhl', tracking_number: randomUUID(), status: 'in_transit' }
      return signed('shipping', { id: randomUUID(), ...parcel, occurred_at: new Date().toISOString() })
    },
  },
  'POST /api/v1/webhooks/simulated/actions/{reference}': {
    ...forAnyone(204),
    ask: async (world) => ({ path: await action(world) }),
  },
}

const now = () => Math.floor(Date.now() / 1_000)

const ofNobody = {
  ...{ reference: 'sim_re_of_nobody', key: null, charge_reference: 'sim_of_nobody', state: 'failed' },
  ...{ amount_cents: 1, currency: 'EUR' },
} as const

const keyed = (ask: Ask): Ask => ({ ...ask, headers: { 'idempotency-key': randomUUID() } })

function signed(source: keyof typeof webhookSecrets, body: unknown): Ask {
  const raw = Buffer.from(JSON.stringify(body))
  const signature = signedHeader({ raw, secret: webhookSecrets[source], now: new Date() })
  return { path: `/api/v1/webhooks/${source}`, body, headers: { [`${source}-signature`]: signature } }
}

const oneItem = async (world: World) => ({ product_id: await world.stocked(1), quantity: 1 })

/** Who buys: of an admin's request it is a customer's order, for admins are asked about those of others. */
async function buyerOf(world: World, owner: Person) {
  const buyer = owner.role === 'admin' ? await world.shop.callers.person() : owner
  return buyerAt(world.shop.services.orders.url, buyer)
}

const drafted = async (world: World, owner: Person) => (await buyerOf(world, owner)).draft(await world.stocked(1))
const paid = async (world: World, owner: Person) => (await buyerOf(world, owner)).paid(await world.stocked(1))

async function draftedLine(world: World, owner: Person): Promise<string> {
  const buyer = await buyerOf(world, owner)
  const id = await buyer.draft(await world.stocked(1))
  const { items } = linesSchema.parse((await buyer.read(id)).json)
  return `${path}/${id}/items/${items[0].id}`
}

/** Where a customer agrees to a payment that waits for it. */
async function action(world: World): Promise<string> {
  const buyer = await buyerOf(world, await world.shop.callers.person())
  const id = await buyer.draft(await world.stocked(1))
  const { status, text, json } = await buyer.pay(id, { token: 'tok_needs_action' })
  if (status !== 202) throw new Error(`nothing to agree to: ${status} ${text}`)
  const { payments } = waitingSchema.parse(json)
  return new URL(payments[0].action.url).pathname
}

const linesSchema = z.object({ items: z.tuple([z.object({ id: z.uuid() })]) })
const waitingSchema = z.object({ payments: z.tuple([z.object({ action: z.object({ url: z.url() }) })]) })
