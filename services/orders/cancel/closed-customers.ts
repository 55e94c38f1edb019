import { type Kysely, sql } from 'kysely'
import { type Consumer, causeOfEvent } from '../../kit/consumers/consumer.ts'
import { shopEvents } from '../../kit/consumers/shop-events.ts'
import { Problem } from '../../kit/problems.ts'
import { paymentProblems } from '../problems.ts'
import type { OrdersTables } from '../schema.ts'
import { bySystem, lockOrder } from '../status/move-order.ts'
import { cellOf } from '../status/transitions.ts'
import type { TaskHandler } from '../tasks/run-tasks.ts'
import { addTask } from '../tasks/task-store.ts'
import { type CancelParts, cancelLocked } from './cancel-order.ts'

/** What a customer who has left has not paid is cancelled, each order by a task of its own. */
export function closedCustomers(): Consumer<OrdersTables> {
  return {
    name: 'orders-closed-customers',
    events: shopEvents<OrdersTables>({
      'user.closed.v1': async (transaction, event) => {
        const { rows } = await sql<{ id: string }>`
          select id from orders where user_id = ${event.subject} and status in ('draft', 'pending')
          order by id`.execute(transaction)
        const cause = causeOfEvent(event)
        for (const { id } of rows) {
          await addTask(transaction, { kind: 'cancel_order', key: `closed:${id}`, orderId: id, cause })
        }
      },
    }),
  }
}

type Parts = Pick<CancelParts, 'newId'> & { readonly database: Kysely<OrdersTables> }

const undecidedSeconds = 5

/** While a charge is at work it waits for its end, however long that takes: what is paid then stays. */
export function cancelUnpaidTask(parts: Parts): TaskHandler {
  return async ({ orderId, cause }) => {
    try {
      await parts.database.transaction().execute(async (transaction) => {
        const order = await lockOrder(transaction, orderId)
        const action = 'cancel_by_owner'
        if (order === undefined || !unpaid.includes(order.status) || cellOf(action, order.status) !== 'cancelled')
          return
        await cancelLocked(transaction, parts, {
          order,
          action,
          reason: 'the account was closed',
          origin: bySystem(cause),
        })
      })
      return 'done'
    } catch (error) {
      if (error instanceof Problem && error.kind === paymentProblems.inProgress) return { later: undecidedSeconds }
      throw error
    }
  }
}

const unpaid: readonly string[] = ['draft', 'pending']
