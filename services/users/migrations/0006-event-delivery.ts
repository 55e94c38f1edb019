import type { ServiceMigration } from '../../kit/migrations.ts'
import { createEventTables, eventIndexes } from '../../kit/outbox/event-tables.ts'

/** What sends the events of the outbox, and what handles those of others. */
export const eventDeliveryMigration: ServiceMigration = {
  name: '0006_event_delivery',
  reversible: true,
  indexes: eventIndexes,
  up: createEventTables,
}
