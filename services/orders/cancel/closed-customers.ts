import { sql } from 'kysely'
import { type Consumer, causeOfEvent } from '../../kit/consumers/consumer.ts'
import { shopEvents } from '../../kit/consumers/shop-events.ts'
import type { OrdersTables } from '../schema.ts'
import { bySystem, lockOrder } from '../status/move-order.ts'
import { cellOf } from '../status/transitions.ts'
import { type CancelParts, cancelLocked } from './cancel-order.ts'

/** What a customer who has left has not paid is cancelled. While a charge is at work the event waits for its end. */
export function closedCustomers(parts: Pick<CancelParts, 'newId'>): Consumer<OrdersTables> {
  return {
    name: 'orders-closed-customers',
    events: shopEvents<OrdersTables>({
      'user.closed.v1': async (transaction, event) => {
        const origin = bySystem(causeOfEvent(event))
        const { rows } = await sql<{ id: string }>`
          select id from orders where user_id = ${event.subject} and status in ('draft', 'pending')
          order by id`.execute(transaction)
        for (const { id } of rows) {
          const order = await lockOrder(transaction, id)
          const action = 'cancel_by_owner'
          if (order === undefined || !unpaid.includes(order.status) || cellOf(action, order.status) !== 'cancelled')
            continue
          await cancelLocked(transaction, parts, { order, action, reason: 'the account was closed', origin })
        }
      },
    }),
  }
}

const unpaid: readonly string[] = ['draft', 'pending']
