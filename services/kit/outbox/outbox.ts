import { type RawBuilder, sql } from 'kysely'
import type { EventType, ShopEvent } from '../event-schemas/event-catalogue.ts'
import type { EventCause, NewEvent, Outbox } from '../events.ts'

/** The writer on the tables of outbox-tables.ts. `source` is the service's long name. */
export function createOutbox<Event extends NewEvent = ShopEvent>(source: string): Outbox<Event> {
  return {
    async append(transaction, events, cause) {
      if (events.length === 0) return
      // By subject, so that two transactions with the same subjects take their rows in one order.
      await sql`
        select append_event(type, subject, data, ${source}, ${cause.requestId}, ${cause.traceparent ?? null})
        from (
          select type, subject, data
          from rows from (
            jsonb_to_recordset(${JSON.stringify(events)}::jsonb) as (type text, subject uuid, data jsonb)
          ) with ordinality as event (type, subject, data, position)
          order by subject, position
        ) as event`.execute(transaction)
    },
  }
}

/** One event of each row that a single statement changes: subject and data may be the statement's own columns. */
export type EventOfRow = {
  readonly type: EventType
  readonly subject: RawBuilder<unknown>
  /** A jsonb expression: ids, numbers and states only. */
  readonly data: RawBuilder<unknown>
}

/**
 * The same as an expression, for a statement that changes and tells at once:
 * `with changed as (update … returning id) select ${appendedEvent(…)} from changed`. It is the event's id. PostgreSQL
 * runs it only where it is read: in the last part of a statement, or in one that the last part reads from.
 */
export function appendedEvent(source: string, event: EventOfRow, cause: EventCause): RawBuilder<string> {
  const { type, subject, data } = event
  return sql`append_event(${type}::text, ${subject}, ${data}, ${source}::text, ${cause.requestId}::text, ${
    cause.traceparent ?? null
  }::text)`
}
