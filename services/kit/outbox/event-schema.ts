import type { ColumnType, Generated, GeneratedAlways } from 'kysely'
import type { OutboxEventsTable, OutboxTables } from './outbox-schema.ts'

/** The tables of outbox-tables.ts and event-tables.ts together, for a service's own schema. */
export type EventTables = Omit<OutboxTables, 'outbox_events'> & {
  outbox_events: OutboxEventsTable & {
    /** When the bus took it for nothing that it carries; it is tried again from time to time. */
    refused_at: Date | null
    replay_requested_at: Date | null
    /** The only consumer that it is sent to again. */
    replay_for: string | null
  }
  event_attempts: EventAttemptsTable
  dead_events: DeadEventsTable
  event_actions: EventActionsTable
  projection_versions: { projection: string; subject: string; version: number }
}

/** Set by the database at insert. */
type Timestamp = ColumnType<Date, Date | undefined, Date>

type EventAttemptsTable = {
  consumer: string
  event_id: string
  envelope: unknown
  attempts: number
  next_attempt_at: Date
  last_error: string
  created_at: Timestamp
}

type DeadEventsTable = {
  consumer: string
  event_id: string
  envelope: unknown
  attempts: number
  last_error: string
  parked_at: Timestamp
  replayed_at: Date | null
  dropped_at: Date | null
  drop_reason: string | null
}

type EventActionsTable = {
  id: GeneratedAlways<number>
  at: Timestamp
  actor: string
  action: 'dead.replay' | 'dead.drop' | 'outbox.replay'
  consumer: string | null
  event_id: string | null
  reason: string | null
  detail: Generated<unknown>
}
