import type { ColumnType, Generated, GeneratedAlways } from 'kysely'

/** The tables of outbox-tables.ts, for a service's own schema. */
export type OutboxTables = {
  outbox_events: OutboxEventsTable
  processed_events: ProcessedEventsTable
  notifications: NotificationsTable
}

/** Set by the database at insert. */
type Timestamp = ColumnType<Date, Date | undefined, Date>

export type OutboxEventsTable = {
  seq: GeneratedAlways<number>
  id: string
  type: string
  subject: string
  aggregate_version: number
  envelope: unknown
  created_at: Timestamp
  published_at: Date | null
}

export type ProcessedEventsTable = { consumer: string; event_id: string; at: Timestamp }

export type NotificationsTable = {
  id: Generated<string>
  event_id: string
  channel: 'mail' | 'sms'
  recipient_id: string
  template: string
  data: Generated<unknown>
  state: Generated<'pending' | 'sending' | 'sent' | 'failed'>
  attempts: Generated<number>
  next_attempt_at: Timestamp
  claimed_at: Date | null
  provider_ref: string | null
  last_error: string | null
  created_at: Timestamp
  ended_at: Date | null
}
