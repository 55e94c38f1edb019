import { randomUUID } from 'node:crypto'
import type { Kysely } from 'kysely'
import type { Envelope } from '../../../kit/bus/envelope.ts'
import type { Consumer } from '../../../kit/consumers/consumer.ts'
import { type EventData, type EventType, eventCatalogue } from '../../../kit/event-schemas/event-catalogue.ts'
import { createMetrics } from '../../../kit/metrics.ts'
import type { ServiceMigration } from '../../../kit/migrations.ts'
import { createNotifications, createOutboxTables, createProcessedEvents } from '../../../kit/outbox/outbox-tables.ts'
import { openPeer } from '../../../kit/peer.ts'
import { createPeerMetrics } from '../../../kit/peer-metrics.ts'
import { peerPolicies } from '../../../kit/peer-policies.ts'
import { services } from '../../../registry.ts'
import { type NotificationParts, type OpenNotifications, openNotifications } from '../open-notifications.ts'
import type { OrderFacts } from '../order-facts.ts'
import { createToldOnce } from '../told-once.ts'

/** The tables that telling needs, without the rest of orders. */
export const notificationMigrations: readonly ServiceMigration[] = [
  {
    name: '0001_notifications',
    reversible: true,
    async up(transaction) {
      await createOutboxTables(transaction)
      await createProcessedEvents(transaction)
      await createNotifications(transaction)
      await createToldOnce(transaction)
    },
  },
]

/** What every order of these tests has. */
export const testOrderFacts: OrderFacts = {
  currency: 'EUR',
  totalCents: 3_998,
  lineCount: 2,
  parcels: [{ carrier: 'dhl', trackingNumber: '00340434161094042557' }],
}

type TestParts = Omit<NotificationParts, 'users' | 'readOrderFacts' | 'database'> & {
  readonly database: Kysely<unknown>
  readonly usersUrl: string
}

export type TestNotifications = OpenNotifications<unknown> & {
  /** As the bus would, but without the table that notes what was handled: what is left is the rows' own constraint. */
  deliver(envelope: Envelope): Promise<void>
}

export function openTestNotifications({ usersUrl, ...parts }: TestParts): TestNotifications {
  const { database, logger } = parts
  const metrics = createPeerMetrics(createMetrics())
  const peer = openPeer({ name: 'users', url: usersUrl, policy: peerPolicies.users, metrics, logger })
  const tokens = {
    authorizationFor: async () => 'Bearer of-these-tests',
    refused: () => undefined,
    renew: async () => undefined,
    close: () => undefined,
  }
  const users = { peer, tokens, audience: services.users.longName }
  const open = openNotifications<unknown>({ ...parts, users, readOrderFacts: async () => testOrderFacts })
  return {
    ...open,
    async deliver(envelope) {
      for (const consumer of open.consumers) await handle(consumer, { envelope, database })
    },
    async close() {
      await open.close()
      peer.close()
    },
  }
}

type Handling = { readonly envelope: Envelope; readonly database: Kysely<unknown> }

async function handle(consumer: Consumer<unknown>, { envelope, database }: Handling): Promise<void> {
  const prepared = consumer.events[envelope.type]?.prepare(envelope)
  if (prepared?.kind !== 'good') throw new Error(prepared?.fault ?? `nobody handles ${envelope.type}`)
  await database.transaction().execute((transaction) => prepared.apply(transaction))
}

/** An event as its contract shows one, with what a test wants in it. */
export function testEvent<Type extends EventType>(
  type: Type,
  { subject = randomUUID(), data = {} }: { readonly subject?: string; readonly data?: Partial<EventData<Type>> } = {},
): Envelope {
  const { by, example } = eventCatalogue[type]
  return {
    id: randomUUID(),
    type,
    source: services[by].longName,
    time: new Date().toISOString(),
    subject,
    aggregate_version: 1,
    request_id: 'r-7',
    data: { ...example, ...data },
  }
}
