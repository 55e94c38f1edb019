import { type Kysely, sql } from 'kysely'
import { Registry } from 'prom-client'
import { busMigrations } from '../../../services/kit/bus/postgres/bus-tables.ts'
import { openDatabase } from '../../../services/kit/database.ts'
import { migrate } from '../../../services/kit/migrate.ts'
import type { ServiceMigration } from '../../../services/kit/migrations.ts'
import { createEventTables, eventIndexes } from '../../../services/kit/outbox/event-tables.ts'
import { createOutboxTables, createProcessedEvents } from '../../../services/kit/outbox/outbox-tables.ts'
import { openClient } from './open-client.ts'

const migrations: readonly ServiceMigration[] = [
  {
    name: '0001_events',
    reversible: true,
    indexes: eventIndexes,
    async up(transaction) {
      await createOutboxTables(transaction)
      await createProcessedEvents(transaction)
      await createEventTables(transaction)
      await sql`create table effects (subject uuid, version integer)`.execute(transaction)
      await sql`
        create table plain_events (
          seq bigint generated always as identity primary key, id uuid not null unique, envelope jsonb not null,
          created_at timestamptz(3) not null default now()
        )`.execute(transaction)
    },
  },
]

export type EventGround = {
  readonly url: string
  readonly database: Kysely<Record<never, never>>
  /** So many that nobody has sent yet, five of each subject. */
  fill(count: number): Promise<void>
  empty(): Promise<void>
  close(): Promise<void>
}

/** A database with an outbox, and what a consumer needs, as a service has them after its migrations. */
export const openEventGround = async (serverUrl: string, name: string): Promise<EventGround> => {
  const client = await openClient(serverUrl)
  await client.query(`create database ${name}`)
  await client.end()
  const url = new URL(`/${name}`, serverUrl).href
  for (const some of [migrations, busMigrations]) {
    for await (const event of migrate({ url, migrations: some, mode: 'apply' })) {
      if (event.event === 'failed') throw new Error(`${event.name}: ${event.message}`)
    }
  }
  const { kysely, close } = openDatabase<Record<never, never>>({
    url,
    poolSize: 10,
    applicationName: 'bench',
    metrics: new Registry(),
    onConnectionError: () => undefined,
  })
  return {
    url,
    database: kysely,
    async fill(count) {
      await sql`
        select append_event('thing.changed.v1', subject, jsonb_build_object('number', number), 'bench', 'r-bench', null)
        from (
          select subject, number from (select gen_random_uuid() as subject from generate_series(1, ${count / 5}::integer)) s,
            generate_series(1, 5) as number
          order by number
        ) as event`.execute(kysely)
      await sql`vacuum analyze outbox_events`.execute(kysely)
    },
    async empty() {
      await sql`truncate outbox_events, outbox_subjects, processed_events, effects, plain_events`.execute(kysely)
    },
    close,
  }
}
