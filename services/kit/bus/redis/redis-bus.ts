import { Redis, type RedisOptions } from 'ioredis'
import { z } from 'zod'
import { once } from '../../once.ts'
import { commonRedisOptions, logOutages, redisDeadlines, waitUntilReady } from '../../redis.ts'
import { inTime } from '../../redis-breaker.ts'
import { startRepeating } from '../../repeat-until.ts'
import { BusUnavailable, type EventBus } from '../bus.ts'
import { type BusOptions, timingOf } from '../bus-options.ts'
import { createLossWatch } from '../loss-watch.ts'
import { createMembers } from '../member/members.ts'
import { sealEnvelopes } from '../sealed-envelope.ts'
import { busKeys } from './bus-keys.ts'
import { publishScript } from './publish-scripts.ts'
import { createRedisGroup } from './redis-group.ts'
import { createRedisLosses } from './redis-losses.ts'
import { lagScript, trimScript } from './upkeep-scripts.ts'

/** A batch is a script with up to a hundred envelopes; nobody's request waits for it. */
const ofCommands: Omit<RedisOptions, 'replyMapping'> = {
  ...commonRedisOptions,
  commandTimeout: 5_000,
  socketTimeout: 6_000,
}
const keptMilliseconds = 14 * 24 * 60 * 60 * 1_000

/** A bus in Redis Streams (7.0 or later). Resolves when it is connected, or after a second without. */
export async function openRedisBus(options: BusOptions): Promise<EventBus> {
  const { url, source, logger, validate, prefix = 'shop' } = options
  const timing = timingOf(options)
  const keys = busKeys(prefix)
  const redis = new Redis(url, { ...ofCommands, connectionName: `${source} bus` })
  logOutages(redis, logger.child({ redis_client: 'bus' }))
  const members = createMembers({ timing, logger })
  let consuming = false
  const losses = createLossWatch({
    everyMilliseconds: timing.pollMilliseconds,
    logger,
    find: createRedisLosses({ redis, keys, source }),
  })
  const upkeep = once(() =>
    startRepeating({
      task: 'clearing the bus of what is finished',
      everyMilliseconds: timing.tidyMilliseconds,
      logger,
      async run() {
        const used = [keys.groups, keys.tidy, ...keys.streams]
        const alone = Math.ceil(timing.tidyMilliseconds * 0.8)
        const gone = z
          .array(z.string())
          .parse(await redis.eval(trimScript, used.length, ...used, keptMilliseconds, alone))
        for (const group of gone) logger.warn({ group }, 'a group that nobody was in for 14 days is forgotten')
        return 'wait'
      },
    }),
  )
  const bell = once(() => hearPublished(url, { channel: keys.channel, source, ring: members.ring }))
  await waitUntilReady(redis)

  async function close(): Promise<void> {
    await members.close()
    await losses.stop()
    if (consuming) await upkeep().stop()
    if (consuming) bell().disconnect()
    redis.disconnect()
  }

  return {
    kind: 'redis',
    async publish(envelopes) {
      const words = sealEnvelopes(envelopes, validate).flatMap(({ partition, text }) => [partition, text])
      if (words.length === 0) return
      const used = [keys.incarnation, keys.told, keys.groups, ...keys.streams]
      const asking = losses.listening() ? source : ''
      const taken = await redis
        .eval(publishScript, used.length, ...used, asking, keys.channel, ...words)
        .catch((cause: unknown) => {
          throw new BusUnavailable('the bus in Redis has not taken the events', { cause })
        })
      if (taken === 1) return
      losses.wake()
      throw new BusUnavailable('what was published before has to be marked to be sent again first')
    },
    consume(subscription) {
      consuming = true
      upkeep()
      bell()
      const { claimMilliseconds } = timing
      return members.join(createRedisGroup({ redis, keys, subscription, claimMilliseconds, logger }), subscription)
    },
    async lag(group) {
      return z.int().parse(await redis.eval(lagScript, keys.streams.length, ...keys.streams, group))
    },
    onLoss: losses.listen,
    async check() {
      await inTime(redis.ping(), redisDeadlines.check)
    },
    close: once(close),
  }
}

type Heard = { readonly channel: string; readonly source: string; ring(): void }

/** Over a connection of its own, which only listens; where it is lost, members look every second by themselves. */
function hearPublished(url: string, { channel, source, ring }: Heard): Redis {
  const { socketTimeout: _, ...options } = commonRedisOptions
  const client = new Redis(url, {
    ...options,
    connectionName: `${source} bus bell`,
    autoResubscribe: false,
    keepAlive: 10_000,
  })
  client.on('ready', () => {
    client.subscribe(channel).then(ring, () => undefined)
  })
  client.on('message', ring)
  // It connects again by itself, and the other client tells of an outage.
  client.on('error', () => undefined)
  return client
}
