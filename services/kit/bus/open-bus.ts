import type { EventBus } from './bus.ts'
import type { BusOptions } from './bus-options.ts'
import { busKind } from './event-bus-url.ts'

/**
 * The bus that the scheme of the URL names. Another kind (Kafka: topic by source, partition by subject, group by
 * consumer) is a folder beside these two that passes `testing/bus-contract.ts`, a scheme in event-bus-url.ts, and a line
 * here. Only the one that is used is loaded.
 */
export async function openBus(options: BusOptions): Promise<EventBus> {
  switch (busKind(options.url)) {
    case 'postgres':
      return (await import('./postgres/postgres-bus.ts')).openPostgresBus(options)
    case 'redis':
      return (await import('./redis/redis-bus.ts')).openRedisBus(options)
    case undefined:
      throw new TypeError('the URL of the bus has a scheme that no bus has')
  }
}
