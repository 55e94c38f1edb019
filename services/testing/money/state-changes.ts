import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { expect } from 'vitest'
import type { EventType } from '../../kit/event-schemas/event-catalogue.ts'
import { keptLog } from '../../kit/testing/test-app.ts'
import { expireDue } from '../../orders/expiry/expire-orders.ts'
import { type OrdersApp, type OrdersFixture, postOrder, type User } from '../../orders/testing/orders-fixture.ts'
import { ordersPath, shopping, unitsOf } from '../../orders/testing/shopping.ts'
import type { MoneyRow } from './money-rows.ts'

/** A change of an order that an event tells of. */
export type StateChange = {
  /** All that comes before it; the order's id. */
  prepare(): Promise<string>
  /** Tries it, by a request (the status of its answer) or by a worker of ours; resolves when it was tried. */
  attempt(orderId: string): Promise<number | 'by a worker'>
  /** `several`: what comes before its last transaction is done by the attempt too, and stays. */
  readonly transactions: 'one' | 'several'
  /** As the order still is where the event is refused. */
  readonly before: Partial<MoneyRow>
  readonly after: Partial<MoneyRow>
}

export type ChangeParts = {
  readonly fixture: OrdersFixture
  readonly app: OrdersApp
  readonly customer: User
  readonly admin: User
}

const placed = ['order.placed.v1']

/** Each type of event that orders write, with what it takes to come about. */
export function stateChanges({ fixture, app, customer, admin }: ChangeParts) {
  const { catalog, database } = fixture
  const buyer = shopping(app, customer)
  const staff = shopping(app, admin)

  const draft = async (): Promise<string> => (await buyer.draft(unitsOf(catalog.addProduct({ price: 1_000 })))).id
  const paid = async (): Promise<string> => {
    const id = await draft()
    expect((await buyer.pay(id)).status).toBe(200)
    return id
  }
  const ship = (id: string) => staff.post(`${ordersPath}/${id}/shipments`, { carrier: 'dhl', tracking_number: id })
  const setStatus = (id: string, status: string) =>
    app.request(`${ordersPath}/${id}/status`, {
      ...postOrder(admin, { body: { status }, headers: { 'if-match': '*' } }),
      method: 'PUT',
    })
  const byRequest = (request: (id: string) => Promise<Response>) => async (id: string) => (await request(id)).status

  /** Pays where nobody has tried yet; afterwards the saga's worker goes on with it. */
  async function payOrResume(id: string): Promise<number | 'by a worker'> {
    const { rows } = await sql<{ updated: Date }>`
      update order_sagas set next_run_at = now(), last_error = null where order_id = ${id} and step <> 'done'
      returning updated_at as updated`.execute(database.kysely)
    if (rows.length === 0) return byRequest(buyer.pay)(id)
    await expect.poll(() => isTried('order_sagas', id), { timeout: 20_000 }).toBe(true)
    return 'by a worker'
  }

  async function isTried(table: 'order_sagas' | 'order_tasks', id: string): Promise<boolean> {
    const over = table === 'order_sagas' ? sql`step = 'done'` : sql`state = 'done'`
    const { rows } = await sql<{ tried: boolean }>`
      select bool_and(${over} or last_error is not null) as tried from ${sql.table(table)}
      where order_id = ${id}`.execute(database.kysely)
    return rows[0]?.tried ?? false
  }

  const paidFor = {
    status: 'pending',
    payments: ['captured'],
    invoices: 0,
    events: placed,
    history: ['draft', 'pending'],
  }
  const paying = {
    transactions: 'several',
    prepare: draft,
    attempt: payOrResume,
    before: paidFor,
    after: { status: 'paid', invoices: 1, history: ['draft', 'pending', 'paid'] },
  } satisfies StateChange

  return {
    'order.placed.v1': {
      transactions: 'one',
      prepare: draft,
      attempt: byRequest((id) => buyer.pay(id, 'tok_needs_action')),
      before: { status: 'draft', payments: [], events: [] },
      after: { status: 'pending', events: placed },
    },
    'order.reopened.v1': {
      transactions: 'several',
      prepare: async () => (await buyer.draft(unitsOf(catalog.addProduct({ stock: 0 })))).id,
      attempt: payOrResume,
      before: { status: 'pending', payments: ['created'], events: placed },
      after: { status: 'draft', payments: ['failed'], events: [...placed, 'order.reopened.v1'] },
    },
    'order.paid.v1': paying,
    'invoice.issued.v1': paying,
    'order.processing.v1': {
      transactions: 'one',
      prepare: paid,
      attempt: byRequest((id) => setStatus(id, 'processing')),
      before: { status: 'paid' },
      after: { status: 'processing' },
    },
    'order.shipped.v1': {
      transactions: 'one',
      prepare: paid,
      attempt: byRequest(ship),
      before: { status: 'paid', shipments: 0 },
      after: { status: 'shipped', shipments: 1 },
    },
    'order.delivered.v1': {
      transactions: 'one',
      async prepare() {
        const id = await paid()
        expect((await ship(id)).status).toBe(201)
        return id
      },
      attempt: byRequest((id) => setStatus(id, 'delivered')),
      before: { status: 'shipped' },
      after: { status: 'delivered' },
    },
    'order.cancelled.v1': {
      transactions: 'one',
      prepare: paid,
      attempt: byRequest(buyer.cancel),
      before: { status: 'paid', refunds: [], refunded: 0 },
      after: { status: 'cancelled', refunded: 1_000 },
    },
    'order.expired.v1': {
      transactions: 'one',
      async prepare() {
        const id = await draft()
        expect((await buyer.pay(id, 'tok_needs_action')).status).toBe(202)
        return id
      },
      async attempt(id) {
        await sql`update orders set pending_at = now() - interval '61 minutes' where id = ${id}`.execute(
          database.kysely,
        )
        const { logger } = keptLog()
        await expireDue({ database: database.kysely, logger, newId: randomUUID, wakeTasks: () => undefined })
        return 'by a worker'
      },
      before: { status: 'pending', payments: ['requires_action'] },
      after: { status: 'expired' },
    },
    'order.refunded.v1': {
      transactions: 'several',
      prepare: paid,
      async attempt(id) {
        const { rows } = await sql`select id from refunds where order_id = ${id}`.execute(database.kysely)
        if (rows.length === 0) {
          const wish = { amount_cents: 1_000, reason: 'as agreed' }
          expect((await staff.post(`${ordersPath}/${id}/refunds`, wish)).status).toBe(201)
        }
        await sql`
          update order_tasks set next_run_at = now(), last_error = null
          where order_id = ${id} and kind = 'send_refund' and state = 'due'`.execute(database.kysely)
        await expect.poll(() => isTried('order_tasks', id), { timeout: 20_000 }).toBe(true)
        return 'by a worker'
      },
      before: { status: 'paid', payment_status: 'paid', refunds: ['pending'] },
      after: { status: 'paid', payment_status: 'refunded', refunds: ['succeeded'] },
    },
  } satisfies Partial<Record<EventType, StateChange>>
}
