import { type QueryExecutorProvider, sql } from 'kysely'
import type { NotificationKind } from '../../kit/notifications/notification-queue.ts'
import type { OrderTemplate, staffTemplates } from './notification-templates.ts'

export type NotificationWanted = {
  readonly event: { readonly id: string; readonly request_id: string }
  readonly channels: readonly NotificationKind['channel'][]
  readonly recipientId: string
  readonly template: OrderTemplate | (typeof staffTemplates)[number]
  /** Ids, numbers and states only. */
  readonly data: Readonly<Record<string, unknown>>
}

/** Does nothing where the tables say that it was told already: by this event, or of this state of the order. */
export async function addNotification(transaction: QueryExecutorProvider, wanted: NotificationWanted): Promise<void> {
  const { event, channels, recipientId, template } = wanted
  const data = JSON.stringify({ ...wanted.data, request_id: event.request_id })
  await sql`
    insert into notifications (event_id, channel, recipient_id, template, data)
    select ${event.id}, channel, ${recipientId}, ${template}, ${data}::jsonb
    from unnest(${channels}::text[]) as channel
    on conflict do nothing`.execute(transaction)
}
