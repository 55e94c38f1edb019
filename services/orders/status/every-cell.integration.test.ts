import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Problem } from '../../kit/problems.ts'
import { type OrderFacts, type ShippingStage, shippingStage } from '../shipments/testing/shipping-stage.ts'
import { paidOrder } from '../testing/paid-order.ts'
import { eventOfStatus } from './order-event.ts'
import { type AcceptedCell, acceptedCells, acceptedChanges } from './testing/acceptance-table.ts'
import { actingRequest, cellActions, wishFor } from './testing/cell-actions.ts'
import { type OrderAction, type OrderStatus, orderStatuses } from './transitions.ts'

let stage: ShippingStage

beforeAll(async () => {
  stage = await shippingStage()
})
afterAll(() => stage.close())

type Cell = AcceptedCell & { readonly before: OrderFacts; readonly after: OrderFacts; readonly outcome: string }

async function acted({ action, from, word }: AcceptedCell): Promise<Cell & { readonly refunds: number }> {
  const order = await paidOrder(stage.database, wishFor(action, from))
  const before = await stage.facts(order.id)
  const outcome = await cellActions[action]({ database: stage.database, order }).then(() => 'done', codeOf)
  const after = await stage.facts(order.id)
  const { rows } = await sql<{ refunds: number }>`
    select count(*) as refunds from refunds where order_id = ${order.id}`.execute(stage.database)
  return { action, from, word, before, after, outcome, refunds: rows[0]?.refunds ?? -1 }
}

function codeOf(error: unknown): string {
  if (error instanceof Problem && error.kind.status === 409) return error.kind.code
  throw error
}

const cellsOf = (...words: readonly string[]) => acceptedCells.filter(({ word }) => words.includes(word))
const isStatus = (word: string): word is OrderStatus => orderStatuses.some((status) => status === word)
const changes = acceptedCells.flatMap((cell) => {
  const to = cell.word === 'paid or refund' ? 'paid' : cell.word
  return isStatus(to) && to !== cell.from ? [{ ...cell, to }] : []
})
const stays = acceptedCells.filter(({ word, from }) => word === from)

test('O11: every cell is one of these', () => {
  const other = cellsOf('409', 'same', 'hold', 'refund')
  expect(changes.length + stays.length + other.length).toBe(13 * 8)
})

/** Of what is refused for a reason of its own. */
const refusal = ({ action, from }: AcceptedCell): string => {
  if (action === 'edit_items') return 'order/not-editable'
  const paid: readonly OrderStatus[] = ['paid', 'processing', 'shipped', 'delivered']
  return action === 'pay' && paid.includes(from) ? 'payment/already-paid' : 'order/invalid-transition'
}

test.each(cellsOf('409'))('O11: $action of a $from order is refused with 409 and changes nothing', async (cell) => {
  const { before, after, outcome } = await acted(cell)
  expect(outcome).toBe(refusal(cell))
  expect(after).toEqual(before)
})

test.each(cellsOf('same'))('O11: $action of a $from order changes nothing', async (cell) => {
  const { before, after, outcome } = await acted(cell)
  expect(outcome).toBe('done')
  expect(told(after)).toEqual(told(before))
})

test.each(stays)('O11: $action leaves a $from order in its status, without a history row', async (cell) => {
  const { before, after, outcome } = await acted(cell)
  expect(outcome).toBe('done')
  expect(told(after)).toEqual(told(before))
})

/** What only a change of the status changes. */
const told = ({ status, on_hold, changes: rows, events }: OrderFacts) => ({ status, on_hold, rows, events })

/** The capture is a change of its own before the order is confirmed. */
const versionsOf = (action: OrderAction): number => (action === 'payment_succeeded' ? 2 : 1)
const byUser: readonly OrderAction[] = ['pay', 'cancel_by_owner']
const bySystem: readonly OrderAction[] = ['payment_succeeded', 'stock_short', 'expire']

test.each(changes)('O11: $action makes a $from order $to, with one history row, version and event', async (cell) => {
  const { action, from, to } = cell
  const { before, after, outcome } = await acted(cell)
  expect([outcome, after.status]).toEqual(['done', to])
  expect(after.version).toBe(before.version + versionsOf(action))
  const role = byUser.includes(action) ? 'user' : 'admin'
  const actor = bySystem.includes(action) ? 'system' : role
  expect(after.changes).toEqual([
    { from, to, actor, reason: expect.stringMatching(/./), request: expect.stringMatching(/./) },
  ])
  if (action !== 'expire') expect(after.changes[0]?.request).toBe(actingRequest)
  const types = after.events.map(({ type }) => type)
  const invoiced = action === 'payment_succeeded' ? ['invoice.issued.v1'] : []
  expect(types).toEqual([eventOfStatus[to], ...invoiced])
})

test.each(cellsOf('hold'))('O11: $action puts a $from order on hold', async (cell) => {
  const { after } = await acted(cell)
  expect(after).toMatchObject({ status: cell.from, on_hold: 'payment_of_a_draft', changes: [] })
})

test.each(cellsOf('refund'))('O11: $action of a $from order gives the money back at once', async (cell) => {
  const { after, refunds } = await acted(cell)
  expect([after.status, after.changes, refunds]).toEqual([cell.from, [], 1])
})

async function bareOrder(status: OrderStatus): Promise<string> {
  const id = randomUUID()
  await sql`
    insert into orders (id, user_id, status, currency, subtotal_cents, total_cents)
    values (${id}, ${randomUUID()}, ${status}, 'EUR', 0, 0)`.execute(stage.database)
  return id
}

const setBySql = async (id: string, status: OrderStatus): Promise<string> =>
  sql`update orders set status = ${status} where id = ${id}`.execute(stage.database).then(
    () => 'taken',
    (error: unknown) => (error instanceof pg.DatabaseError ? (error.code ?? 'no code') : String(error)),
  )

test('O11: the database takes a change of the status along the table only, and refuses any other with P0001', async () => {
  for (const from of orderStatuses) {
    for (const to of orderStatuses) {
      const taken = from === to || acceptedChanges.has(`${from} → ${to}`)
      const outcome = await setBySql(await bareOrder(from), to)
      expect([from, to, outcome]).toEqual([from, to, taken ? 'taken' : 'P0001'])
    }
  }
})

test('O11: fifty random statuses set by SQL never leave the table', async () => {
  const walk = fc.array(fc.constantFrom(...orderStatuses), { minLength: 50, maxLength: 50 })
  await fc.assert(
    fc.asyncProperty(walk, async (steps) => {
      const id = await bareOrder('draft')
      let status: OrderStatus = 'draft'
      for (const to of steps) {
        const outcome = await setBySql(id, to)
        const along = to === status || acceptedChanges.has(`${status} → ${to}`)
        if (outcome !== (along ? 'taken' : 'P0001')) return false
        if (along) status = to
      }
      return true
    }),
    { numRuns: 20 },
  )
})

test('O11: fifty random actions by the functions of the service never leave the table', async () => {
  const action = fc.constantFrom<OrderAction[]>(
    'edit_items',
    'process',
    'ship_some',
    'ship_rest',
    'deliver',
    'refund',
    'cancel_by_admin',
  )
  const start = fc.constantFrom<OrderStatus[]>('draft', 'paid')
  await fc.assert(
    fc.asyncProperty(start, fc.array(action, { minLength: 50, maxLength: 50 }), async (from, steps) => {
      const order = await paidOrder(stage.database, { status: from, lines: [{ quantity: 40 }] })
      for (const step of steps) {
        await cellActions[step]({ database: stage.database, order }).catch((error: unknown) => {
          if (!(error instanceof Problem) || error.kind.status >= 500) throw error
        })
      }
      const { changes: rows, status } = await stage.facts(order.id)
      const path = [from, ...rows.map(({ to }) => to)]
      const inOrder = rows.every(({ from: before }, index) => before === path[index])
      return inOrder && path.at(-1) === status && rows.every((row) => acceptedChanges.has(`${row.from} → ${row.to}`))
    }),
    { numRuns: 8 },
  )
})
