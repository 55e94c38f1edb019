import { Registry } from 'prom-client'
import { listenForChanges } from '../../cache/change-feed.ts'
import { openDatabase } from '../../database.ts'
import { once } from '../../once.ts'
import { startRepeating } from '../../repeat-until.ts'
import { BusUnavailable, type EventBus } from '../bus.ts'
import { type BusOptions, timingOf } from '../bus-options.ts'
import { createLossWatch } from '../loss-watch.ts'
import { createMembers } from '../member/members.ts'
import { sealEnvelopes } from '../sealed-envelope.ts'
import { busChannel, insertEntries } from './bus-statements.ts'
import { selectLag } from './entry-statements.ts'
import { createPostgresGroup } from './postgres-group.ts'
import { addSource, forgetGroups, knowsSource, recycleSegments } from './upkeep-statements.ts'

const connections = 4

/** A bus in tables that all services share (bus-tables.ts). Opens without waiting: where the database is away, calls reject. */
export function openPostgresBus(options: BusOptions): EventBus {
  const { url, source, logger, validate } = options
  const timing = timingOf(options)
  const database = openDatabase<Record<never, never>>({
    url,
    poolSize: connections,
    // A publisher waits for the one before it; nothing else may queue up behind.
    lanes: { read: 0, write: 0 },
    applicationName: `${source} bus`,
    // The service's own pool has these names.
    metrics: new Registry(),
    onConnectionError: (error) => logger.warn({ error }, 'an idle connection of the bus broke'),
  })
  const members = createMembers({ timing, logger })
  let consuming = false

  const losses = createLossWatch({
    everyMilliseconds: 60_000,
    logger,
    async find() {
      if (await knowsSource(database.kysely, source)) return null
      return { loss: { publishedSince: null }, settle: () => addSource(database.kysely, source) }
    },
  })

  const upkeep = once(() =>
    startRepeating({
      task: 'clearing the bus of what is finished',
      everyMilliseconds: timing.tidyMilliseconds,
      logger,
      async run() {
        const forgotten = await forgetGroups(database.kysely)
        for (const group of forgotten) logger.warn({ group }, 'a group that nobody was in for 14 days is forgotten')
        await recycleSegments(database.kysely, timing.quietMilliseconds)
        return 'wait'
      },
    }),
  )
  const feed = once(() =>
    listenForChanges({
      url,
      channel: busChannel,
      applicationName: `${source} bus`,
      whileUnheard: 'the bus is asked every second',
      logger,
      elapsed: () => performance.now(),
      onChange: members.ring,
      onStart: members.ring,
      onGap: members.ring,
    }),
  )

  async function close(): Promise<void> {
    await members.close()
    await losses.stop()
    if (consuming) await Promise.all([upkeep().stop(), feed().close()])
    await database.close()
  }

  return {
    kind: 'postgres',
    async publish(envelopes) {
      const sealed = sealEnvelopes(envelopes, validate)
      if (sealed.length === 0) return
      const asked = { envelopes: sealed, source: losses.listening() ? source : null }
      const known = await insertEntries(database.kysely, asked).catch((cause: unknown) => {
        throw new BusUnavailable('the bus in PostgreSQL has not taken the events', { cause })
      })
      if (known) return
      losses.wake()
      throw new BusUnavailable('what was published before has to be marked to be sent again first')
    },
    consume(subscription) {
      consuming = true
      upkeep()
      feed()
      const { claimMilliseconds } = timing
      const group = createPostgresGroup({ database: database.kysely, subscription, claimMilliseconds, logger })
      return members.join(group, subscription)
    },
    lag: (group) => selectLag(database.kysely, group),
    onLoss: losses.listen,
    check: () => database.ping(),
    close: once(close),
  }
}
