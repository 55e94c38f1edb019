import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { exampleEnvelope } from '../../kit/event-schemas/event-documents.ts'
import { ordersStage } from '../testing/orders-stage.ts'
import { unitsOf } from '../testing/shopping.ts'
import { closedCustomers } from './closed-customers.ts'

const stage = ordersStage()

const draft = () => stage.shop.draft(unitsOf(stage.catalog.addProduct({ price: 1_000 })))

async function close(userId: string): Promise<void> {
  const envelope = { ...exampleEnvelope('user.closed.v1'), id: randomUUID(), subject: userId }
  const prepared = closedCustomers().events['user.closed.v1']?.prepare(envelope)
  if (prepared?.kind !== 'good') throw new Error('the event is not handled')
  await stage.fixture.database.kysely.transaction().execute(prepared.apply)
}

test('of a customer who has left what is not paid is cancelled, and what is paid or another’s stays', async () => {
  const [left, paid] = [await draft(), await draft()]
  expect((await stage.shop.pay(paid.id)).status).toBe(200)
  const declined = await draft()
  expect((await stage.shop.pay(declined.id, 'tok_declined')).status).toBe(402)
  const waiting = await draft()
  expect((await stage.shop.pay(waiting.id, 'tok_needs_action')).status).toBe(202)

  await close(randomUUID())
  await close(stage.customer.id)
  for (const { id } of [left, declined, waiting]) {
    await expect.poll(async () => (await stage.shop.read(id)).status, { timeout: 10_000 }).toBe('cancelled')
  }
  expect((await stage.shop.read(paid.id)).status).toBe('paid')
})

test('a charge that is at work keeps its own order waiting, however long, and no other one', async () => {
  const { kysely } = stage.fixture.database
  const [other, charging] = [await draft(), await draft()]
  stage.catalog.disturb(({ path }) => (path === '/api/v1/inventory/commit' ? 'reset' : undefined))
  expect((await stage.shop.pay(charging.id, 'tok_ok', 'pay')).status).toBe(503)
  await close(stage.customer.id)
  await expect.poll(async () => (await stage.shop.read(other.id)).status, { timeout: 10_000 }).toBe('cancelled')
  const task = async () => {
    const { rows } =
      await sql`select state, attempts > 0 as tried from order_tasks where key = ${`closed:${charging.id}`}`.execute(
        kysely,
      )
    return rows[0]
  }
  await expect.poll(task, { timeout: 10_000 }).toEqual({ state: 'due', tried: true })
  expect((await stage.shop.read(charging.id)).status).toBe('pending')

  stage.catalog.disturb(() => undefined)
  await expect
    .poll(async () => (await stage.shop.pay(charging.id, 'tok_ok', 'pay')).status, { timeout: 30_000 })
    .toBe(200)
  await sql`update order_tasks set next_run_at = now() where state = 'due'`.execute(kysely)
  await expect.poll(task, { timeout: 10_000 }).toMatchObject({ state: 'done' })
  expect((await stage.shop.read(charging.id)).status).toBe('paid')
}, 60_000)
