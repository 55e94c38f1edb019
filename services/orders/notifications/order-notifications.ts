import type { QueryExecutorProvider } from 'kysely'
import type { ConsumedEvent, Consumer } from '../../kit/consumers/consumer.ts'
import { shopEvents } from '../../kit/consumers/shop-events.ts'
import type { EventData } from '../../kit/event-schemas/event-catalogue.ts'
import { addNotification } from './add-notification.ts'
import { type OrderTemplate, type SmsTemplate, smsTemplates, staffRecipientId } from './notification-templates.ts'

/** Whom to tell of what, and nothing else: who they are and where they are reached is asked when it is sent. */
export function orderNotifications<Tables>(): Consumer<Tables> {
  return {
    name: 'order-notifications',
    events: shopEvents<Tables>({
      'order.placed.v1': tell('order_placed'),
      'order.paid.v1': tell('order_paid'),
      'order.shipped.v1': tell('order_shipped'),
      'order.delivered.v1': tell('order_delivered'),
      'order.expired.v1': tell('order_expired'),
      'order.cancelled.v1': (transaction, event) => {
        const { reason } = event.data
        return tellCustomer(transaction, { template: 'order_cancelled', event, more: { reason } })
      },
      'order.refunded.v1': (transaction, event) => {
        const { refund_id, amount_cents, refund_currency: currency = event.data.currency } = event.data
        return tellCustomer(transaction, {
          template: 'order_refunded',
          event,
          more: { refund_id, amount_cents, currency },
        })
      },
      'inventory.low.v1': tellStaff,
    }),
  }
}

type Telling = {
  readonly template: OrderTemplate
  readonly event: ConsumedEvent<{ readonly user_id: string }>
  /** What only this mail speaks of. */
  readonly more?: Readonly<Record<string, string | number>>
}

const tell = (template: OrderTemplate) => (transaction: QueryExecutorProvider, event: Telling['event']) =>
  tellCustomer(transaction, { template, event })

async function tellCustomer(transaction: QueryExecutorProvider, { template, event, more }: Telling): Promise<void> {
  await addNotification(transaction, {
    event,
    channels: isSmsTemplate(template) ? ['mail', 'sms'] : ['mail'],
    recipientId: event.data.user_id,
    template,
    data: { ...more, order_id: event.subject },
  })
}

async function tellStaff(
  transaction: QueryExecutorProvider,
  event: ConsumedEvent<EventData<'inventory.low.v1'>>,
): Promise<void> {
  await addNotification(transaction, {
    event,
    channels: ['mail'],
    recipientId: staffRecipientId,
    template: 'stock_low',
    data: event.data,
  })
}

function isSmsTemplate(template: OrderTemplate): template is SmsTemplate {
  const known: readonly OrderTemplate[] = smsTemplates
  return known.includes(template)
}
