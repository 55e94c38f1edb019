import { randomUUID } from 'node:crypto'
import { busMigrations } from '../../bus/postgres/bus-tables.ts'
import type { NewEvent } from '../../events.ts'
import { migrate } from '../../migrate.ts'
import type { ServiceMigration } from '../../migrations.ts'
import { type TestDatabase, testDatabase } from '../../testing/test-database.ts'
import type { EventTables } from '../event-schema.ts'
import { createEventTables, eventIndexes } from '../event-tables.ts'
import { createOutbox } from '../outbox.ts'
import { createNotifications, createOutboxTables, createProcessedEvents } from '../outbox-tables.ts'

/** Everything of events that the kit makes, as a service has it after its migrations. */
export const eventMigrations: readonly ServiceMigration[] = [
  {
    name: '0001_events',
    reversible: true,
    indexes: eventIndexes,
    async up(transaction) {
      await createOutboxTables(transaction)
      await createProcessedEvents(transaction)
      await createNotifications(transaction)
      await createEventTables(transaction)
    },
  },
]

export type EventDatabase = TestDatabase<EventTables> & {
  /** One transaction that tells so much. */
  append(...events: readonly NewEvent[]): Promise<void>
}

/** With the tables of a bus in it too. */
export async function eventDatabase(): Promise<EventDatabase> {
  const database = await testDatabase<EventTables>(eventMigrations)
  for await (const event of migrate({ url: database.url, migrations: busMigrations, mode: 'apply' })) {
    if (event.event === 'failed') throw new Error(`${event.name}: ${event.message}`)
  }
  return {
    ...database,
    append: (...events) =>
      database.kysely.transaction().execute((transaction) => outbox.append(transaction, events, { requestId: 'r-1' })),
  }
}

export const outbox = createOutbox<NewEvent>('test-service')

/** Of the given subject, or of one that nothing else tells of. */
export const thing = (subject: string = randomUUID(), number = 0): NewEvent => ({
  type: 'thing.changed.v1',
  subject,
  data: { number },
})
