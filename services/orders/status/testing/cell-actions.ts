import { randomUUID } from 'node:crypto'
import { type Kysely, sql } from 'kysely'
import { keptLog } from '../../../kit/testing/test-app.ts'
import { cancelOrder } from '../../cancel/cancel-order.ts'
import type { Catalog } from '../../catalog-client.ts'
import { removeItem } from '../../drafts/edit-items.ts'
import { expireDue } from '../../expiry/expire-orders.ts'
import type { KeyedCall } from '../../keyed-call.ts'
import { applyPayment } from '../../pay/apply-payment.ts'
import { beginPayment } from '../../pay/begin-payment.ts'
import type { PaymentState } from '../../payments/provider.ts'
import { createRefund } from '../../refunds/create-refund.ts'
import { confirmOrder, reopenOrder } from '../../saga/confirm-order.ts'
import { claimSaga, newSaga, sagaInsert } from '../../saga/saga-store.ts'
import type { OrdersTables } from '../../schema.ts'
import { createShipment } from '../../shipments/create-shipment.ts'
import type { GivenOrder, OrderWish } from '../../testing/paid-order.ts'
import { bySystem } from '../move-order.ts'
import { setStatus } from '../set-status.ts'
import type { OrderAction, OrderStatus } from '../transitions.ts'

export const actingRequest = 'r-of-the-cell'

/** What the order is like before, where that is more than its status. */
export function wishFor(action: OrderAction, status: OrderStatus): OrderWish {
  // There is money to give back also of an order that is over.
  return action === 'refund' && (status === 'cancelled' || status === 'expired')
    ? { status, captured: true }
    : { status }
}

type Act = (at: { readonly database: Kysely<OrdersTables>; readonly order: GivenOrder }) => Promise<unknown>

/** Each row of the table by the function that the service has for it. */
export const cellActions: Readonly<Record<OrderAction, Act>> = {
  edit_items: ({ database, order }) =>
    removeItem({ ...parts, database }, { ...owner(order), orderId: order.id, itemId: order.lines[0]?.id ?? '' }),
  pay: ({ database, order }) => {
    const { origin, forwarded } = owner(order)
    const begin = { orderId: order.id, ownerId: order.userId, paymentId: randomUUID(), origin, forwarded }
    return beginPayment({ ...parts, database, catalog: catalogOf(order) }, { ...begin, provider: 'simulated' })
  },
  async payment_succeeded({ database, order }) {
    const { paymentId } = await toldOf({ database, order }, 'captured')
    const saga = await claimSaga(database, paymentId)
    if (saga?.step !== 'commit') return
    await database.transaction().execute((transaction) => confirmOrder(transaction, parts, { saga, origin: system }))
  },
  async stock_short({ database, order }) {
    const paymentId = await paymentAtWork({ database, order })
    const saga = newSaga({ orderId: order.id, paymentId, step: 'reserve', origin: system })
    await sagaInsert(saga).execute(database)
    await database.transaction().execute((transaction) => reopenOrder(transaction, { saga, origin: system }))
  },
  payment_failed: ({ database, order }) => toldOf({ database, order }, 'declined'),
  async expire({ database, order }) {
    await sql`update orders set pending_at = now() - interval '61 minutes' where id = ${order.id}`.execute(database)
    await expireDue({ ...parts, database })
  },
  cancel_by_owner: ({ database, order }) =>
    cancelOrder({ ...parts, database }, { ...cancelled(order), ownerId: order.userId, origin: owner(order).origin }),
  cancel_by_admin: ({ database, order }) =>
    cancelOrder({ ...parts, database }, { ...cancelled(order), ownerId: undefined, origin: admin.origin }),
  process: ({ database, order }) =>
    setStatus(database, { ...admin, orderId: order.id, replaces: 'any', change: { status: 'processing' } }),
  ship_some: ({ database, order }) => {
    const lines = [{ order_item_id: order.lines[0]?.id ?? '', quantity: 1 }]
    return createShipment({ ...parts, database }, { ...keyed(), orderId: order.id, wish: { ...parcel(), lines } })
  },
  ship_rest: ({ database, order }) =>
    createShipment({ ...parts, database }, { ...keyed(), orderId: order.id, wish: parcel() }),
  deliver: ({ database, order }) =>
    setStatus(database, { ...admin, orderId: order.id, replaces: 'any', change: { status: 'delivered' } }),
  refund: ({ database, order }) => {
    const wish = { amount_cents: 1, reason: 'of the cell' }
    return createRefund({ ...parts, database }, { ...keyed(), orderId: order.id, wish })
  },
}

const never = async () => Promise.reject(new Error('nobody asks the catalog for this'))
const noCatalog: Catalog = {
  fetchProduct: never,
  reserve: never,
  commit: never,
  release: never,
  returnAll: never,
  returnUnits: never,
  fetchStandings: never,
}

const parts = {
  catalog: noCatalog,
  carriers: new Map(),
  charges: { taxBasisPoints: 0, shippingCents: () => 0 },
  logger: keptLog().logger,
  seller: { name: 'Shop', address_lines: ['1 Street'], country: 'DE', tax_id: 'none' },
  newId: () => randomUUID(),
  now: () => new Date(),
  wakeTasks: () => undefined,
}

/** At the prices that the order has. */
const catalogOf = ({ lines }: GivenOrder): Catalog => ({
  ...noCatalog,
  async fetchProduct(id) {
    if (!lines.some(({ productId }) => productId === id)) return undefined
    return { id, sku: `SKU-${id.slice(0, 8)}`, name: 'A thing', price: 1_000, currency: 'EUR' }
  },
})

const cause = { requestId: actingRequest }
const system = bySystem(cause)

function callOf(role: 'user' | 'admin', userId: string) {
  const principal = { kind: 'user', userId, sessionId: randomUUID(), role, emailVerified: true } as const
  return { principal, origin: { actor: { role, id: userId }, cause }, forwarded: {}, logger: parts.logger }
}

const owner = ({ userId }: GivenOrder) => callOf('user', userId)
const admin = callOf('admin', randomUUID())
const keyed = (): KeyedCall => ({ ...admin, keyed: { key: randomUUID(), fingerprint: 'a'.repeat(64) } })
const cancelled = ({ id: orderId }: GivenOrder) => ({ orderId, reason: 'of the cell' })
const parcel = () => ({ carrier: 'dhl', tracking_number: randomUUID() })

type At = Parameters<Act>[0]

/** The payment that the order has, or one that was begun and is not decided. */
async function paymentAtWork({ database, order }: At): Promise<string> {
  if (order.paymentId !== undefined) return order.paymentId
  const id = randomUUID()
  await sql`
    insert into payments (id, order_id, attempt, provider, provider_key, amount_cents, currency, status)
    values (${id}, ${order.id}, 1, 'simulated', ${`order:${order.id}:pay:1`}, ${order.totalCents}, 'EUR', 'created')`.execute(
    database,
  )
  await sql`
    insert into order_sagas (order_id, payment_id, step, request_id)
    values (${order.id}, ${id}, 'charge', ${actingRequest})`.execute(database)
  return id
}

async function toldOf(at: At, state: Extract<PaymentState, 'captured' | 'declined'>): Promise<{ paymentId: string }> {
  const paymentId = await paymentAtWork(at)
  const capturedCents = state === 'captured' ? at.order.totalCents : 0
  const told = { providerRef: `ref_${paymentId}`, state, capturedCents, currency: 'EUR' }
  const payment = { id: paymentId, orderId: at.order.id, status: 'created', capturedCents: 0 } as const
  await at.database
    .transaction()
    .execute((transaction) => applyPayment(transaction, parts, { payment, told, origin: system }))
  return { paymentId }
}
