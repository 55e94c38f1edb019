import type { Fault } from './fault.ts'

const relay = { project: 'integration', files: ['kit/outbox/relay.integration.test.ts'] } as const
const consumer = { project: 'integration', files: ['kit/consumers/consumers.integration.test.ts'] } as const
const batch = 'kit/outbox/relay-batch.ts'

export const eventFaults: readonly Fault[] = [
  {
    name: 'relay: goes on after the last number that it has sent',
    edits: [
      {
        file: batch,
        search: 'where published_at is null and (refused_at',
        replacement:
          'where seq > coalesce((select max(seq) from outbox_events where published_at is not null), 0) and (refused_at',
      },
    ],
    ...relay,
    ids: ['E4'],
  },
  {
    name: 'relay: what is sent already is sent again and again',
    edits: [{ file: batch, search: 'where published_at is null and (refused_at', replacement: 'where (refused_at' }],
    ...relay,
    ids: ['E6'],
  },
  {
    name: 'relay: several send at a time',
    edits: [{ file: batch, search: 'turn.rows[0]?.held !== true', replacement: 'turn.rows.length === 0' }],
    ...relay,
    ids: ['E6'],
  },
  {
    name: 'relay: marks also what the bus has not confirmed',
    edits: [
      {
        file: batch,
        search: "await client.query('rollback').catch(() => undefined)",
        replacement:
          "await client.query('update outbox_events set published_at = now()').then(() => client.query('commit'))",
      },
    ],
    ...relay,
    ids: ['E9'],
  },
  {
    name: 'relay: relies on the notification alone',
    edits: [
      {
        file: 'kit/outbox/relay.ts',
        search: 'wake.wait(pollMilliseconds, signal)',
        replacement: 'wake.wait(600_000, signal)',
      },
    ],
    ...relay,
    ids: ['E10'],
  },
  {
    name: 'outbox: the event is written beside the transaction',
    edits: [
      {
        file: 'kit/outbox/outbox.ts',
        search: '      if (events.length === 0) return\n',
        replacement: '      if (events.length === 0) return\n      await sql`commit and chain`.execute(transaction)\n',
      },
    ],
    project: 'integration',
    files: ['kit/outbox/same-transaction.integration.test.ts'],
    ids: ['E5'],
  },
  {
    name: 'consumer: what was handled is not remembered',
    edits: [
      {
        file: 'kit/consumers/event-store.ts',
        search:
          'on conflict (consumer, event_id) do nothing\n    returning event_id`.execute(transaction)\n  return rows.length > 0\n}\n\n/** The same for',
        replacement:
          'on conflict (consumer, event_id) do nothing\n    returning event_id`.execute(transaction)\n  return rows.length >= 0\n}\n\n/** The same for',
      },
    ],
    ...consumer,
    ids: ['E12'],
  },
  {
    name: 'consumer: the bus hears that it is done before it is',
    edits: [
      {
        file: 'kit/consumers/open-consumers.ts',
        search: 'from, handle: deliver })',
        replacement:
          'from, handle: async (envelope, signal) => void deliver(envelope, signal).catch(() => undefined) })',
      },
    ],
    project: 'chaos',
    files: ['kit/consumers/stop.chaos.test.ts'],
    ids: ['E12', 'E21'],
  },
  {
    name: 'projection: the last writer wins',
    edits: [
      {
        file: 'kit/consumers/apply-if-newer.ts',
        search: ' where known.version < excluded.version',
        replacement: '',
      },
    ],
    ...consumer,
    ids: ['E15'],
  },
  {
    name: 'bus: what a lost group had not read is trimmed',
    edits: [
      {
        file: 'kit/bus/redis/upkeep-scripts.ts',
        search: ' and #groups > 0 and hasAll(groups, kept) then',
        replacement: ' and #groups > 0 then',
      },
    ],
    project: 'integration',
    files: ['kit/bus/redis/redis-bus.integration.test.ts'],
    ids: ['E14'],
  },
]
