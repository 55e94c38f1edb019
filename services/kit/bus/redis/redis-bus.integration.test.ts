import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type RedisServer, startRedisServer, withoutRedis } from '../../testing/redis-server.ts'
import { keptLog } from '../../testing/test-app.ts'
import { allPartitions, partitionOf } from '../partitions.ts'
import { busContract } from '../testing/bus-contract.ts'
import {
  type BusLab,
  consumeInto,
  createLab,
  envelope,
  envelopesOf,
  idsOf,
  newRecord,
  outOfOrder,
  publishAll,
  soon,
  versionsBySubject,
} from '../testing/bus-lab.ts'
import { startReplayedOutbox } from '../testing/replayed-outbox.ts'
import { type BusKeys, busKeys } from './bus-keys.ts'
import { createRedisGroup } from './redis-group.ts'

describe.skipIf(withoutRedis !== '')(`events in Redis${withoutRedis}`, () => {
  let server: RedisServer
  beforeAll(async () => {
    server = await startRedisServer()
  })
  afterAll(() => server.stop())

  const place = () => ({ url: server.url, prefix: `test-${randomUUID()}`, remove: async () => undefined })
  busContract('Redis', async () => place())

  describe('only of the bus in Redis', () => {
    let lab: BusLab
    let keys: BusKeys
    let redis: Redis
    beforeEach(async () => {
      const { prefix, ...rest } = place()
      lab = createLab({ prefix, ...rest })
      keys = busKeys(prefix)
      redis = new Redis(server.url)
      redis.on('error', () => undefined)
    })
    afterEach(async () => {
      await lab.end()
      redis.disconnect()
    })

    const keptEntries = async () => {
      const lengths = await Promise.all(keys.streams.map((stream) => redis.xlen(stream)))
      return lengths.reduce((sum, length) => sum + length, 0)
    }
    const groupsThere = async (group: string) => {
      const replies = await Promise.all(keys.streams.map((stream) => redis.xinfo('GROUPS', stream).catch(() => [])))
      return replies.filter((reply) => JSON.stringify(reply).includes(`"${group}"`)).length
    }

    test('E14: what the slowest group has not finished is never trimmed, and everything else is', async () => {
      const bus = await lab.open()
      const [prompt, slow] = [newRecord(), newRecord()]
      await (await consumeInto(bus, { group: 'slow', record: newRecord() })).close()
      await consumeInto(bus, { group: 'prompt', record: prompt })
      const sent = envelopesOf({ subjects: 100, each: 30 })
      await publishAll(bus, sent)
      await expect.poll(() => bus.lag('prompt'), soon).toBe(0)
      // Somebody has cleared up since.
      await redis.del(keys.tidy)
      await expect.poll(() => redis.exists(keys.tidy), soon).toBe(1)
      expect(await keptEntries()).toBe(3_000)
      await consumeInto(bus, { group: 'slow', record: slow })
      await expect.poll(() => slow.finished.length, soon).toBe(3_000)
      expect(idsOf(slow.finished)).toEqual(idsOf(sent))
      await expect.poll(keptEntries, soon).toBe(0)
      // Counted on from where they were, though nothing is there any more.
      await (await consumeInto(bus, { group: 'new', record: newRecord() })).close()
      await bus.publish(envelopesOf({ subjects: 10, each: 1 }))
      expect(await bus.lag('new')).toBe(10)
    })

    test('E14: of a stream that has lost a group nothing is trimmed that the group had not finished', async () => {
      const bus = await lab.open()
      const prompt = newRecord()
      await (await consumeInto(bus, { group: 'slow', record: newRecord() })).close()
      await consumeInto(bus, { group: 'prompt', record: prompt })
      for (const stream of keys.streams) await redis.xgroup('DESTROY', stream, 'slow')
      await publishAll(bus, envelopesOf({ subjects: 20, each: 10 }))
      await expect.poll(() => bus.lag('prompt'), soon).toBe(0)
      await redis.del(keys.tidy)
      await expect.poll(() => redis.exists(keys.tidy), soon).toBe(1)
      expect(await keptEntries()).toBe(200)
    })

    test('E13.order: of two that claim a partition at once one has it, and only that one can read it', async () => {
      const { logger } = keptLog()
      const subscription = { group: 'claiming', from: 'beginning' } as const
      const parts = { redis, keys, subscription, claimMilliseconds: 300, logger }
      const [one, other] = [createRedisGroup(parts), createRedisGroup(parts)]
      await Promise.all([one.join(), other.join()])
      const claimed = await Promise.all([one.claim(allPartitions), other.claim(allPartitions)])
      expect(claimed.flat().toSorted((a, b) => a - b)).toEqual(allPartitions)
      const sent = envelope(randomUUID(), 1)
      await (await lab.open()).publish([sent])
      const rooms = new Map(allPartitions.map((partition) => [partition, 100]))
      const losing = claimed[0].includes(partitionOf(sent.subject)) ? [other, one] : [one, other]
      expect(await losing[0]?.read(rooms)).toEqual([])
      expect(await losing[1]?.read(rooms)).toMatchObject([{ envelope: sent }])
      await expect.poll(() => losing[0]?.claim(allPartitions)).toEqual(allPartitions)
      expect(await losing[0]?.read(rooms)).toMatchObject([{ envelope: sent }])
    })

    test('E14: a member that leaves hands over what is pending before its consumer goes', async () => {
      const [leaving, staying] = [
        await lab.open({ claimMilliseconds: 60_000, graceMilliseconds: 50 }),
        await lab.open(),
      ]
      const [cut, rest] = [newRecord(), newRecord()]
      const endless = (_: unknown, signal: AbortSignal) => delay(600_000, undefined, { signal })
      const consumption = await consumeInto(leaving, { group: 'handing', record: cut, handle: endless })
      const sent = envelopesOf({ subjects: 40, each: 2 })
      await leaving.publish(sent)
      await expect.poll(() => cut.given.length, soon).toBe(16)
      await consumption.close()
      const consumers = await Promise.all(keys.streams.map((stream) => redis.xinfo('CONSUMERS', stream, 'handing')))
      expect(JSON.stringify(consumers)).toMatch(/"handed-over"/)
      expect(JSON.stringify(consumers)).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}/)
      expect(await staying.lag('handing')).toBe(80)
      await consumeInto(staying, { group: 'handing', record: rest })
      await expect.poll(() => rest.finished.length, soon).toBe(80)
      expect(idsOf(rest.finished)).toEqual(idsOf(sent))
      expect(await staying.lag('handing')).toBe(0)
    })

    const disasters: readonly (readonly [string, () => Promise<unknown>])[] = [
      ['one stream is deleted', () => redis.del(keys.stream(3))],
      ['all streams are deleted', () => redis.del(...keys.streams)],
      ['a group is destroyed', () => redis.xgroup('DESTROY', keys.stream(5), 'one')],
      ['everything is flushed', () => redis.flushall()],
      [
        'the server comes back with nothing',
        async () => {
          await server.stop()
          await delay(500)
          server = await startRedisServer(server.port)
        },
      ],
    ]

    test.each(disasters)('E14: after %s it is made again ≤ 5 s later, and nothing is lost', async (_, happens) => {
      const [sender, first, second] = [await lab.open(), await lab.open(), await lab.open()]
      const outbox = startReplayedOutbox(sender)
      const [one, other] = [newRecord(), newRecord()]
      const slowly = () => delay(5)
      await consumeInto(first, { group: 'one', record: one, handle: slowly, atOnce: 4 })
      await consumeInto(second, { group: 'one', record: one, handle: slowly, atOnce: 4 })
      await consumeInto(second, { group: 'other', record: other })
      const sent = envelopesOf({ subjects: 40, each: 20 })
      try {
        outbox.append(sent.slice(0, 500))
        await expect.poll(() => one.finished.length, soon).toBeGreaterThan(100)
        await happens()
        outbox.append(sent.slice(500))
        await expect.poll(() => groupsThere('one'), { timeout: 5_000 }).toBe(keys.streams.length)
        for (const record of [one, other]) {
          await expect.poll(() => new Set(record.finished.map(({ id }) => id)).size, soon).toBe(800)
          // Again they may come, but never one for the first time before the one before it.
          for (const [subject, versions] of versionsBySubject(record.given)) {
            expect([subject, outOfOrder(versions)]).toEqual([subject, []])
          }
        }
        // The first start of a source on a bus, and the disaster.
        expect(outbox.losses.length).toBeGreaterThanOrEqual(2)
      } finally {
        await outbox.stop()
      }
    })

    test('E14: a source that the bus does not know sends everything, one that it knows sends nothing again', async () => {
      const first = await lab.open()
      const outbox = startReplayedOutbox(first)
      outbox.append([envelope(randomUUID(), 1)])
      await outbox.sent()
      expect(outbox.losses).toEqual([{ publishedSince: null }])
      await outbox.stop()
      await first.close()

      const restarted = startReplayedOutbox(await lab.open())
      restarted.append([envelope(randomUUID(), 1)])
      await restarted.sent()
      expect(restarted.losses).toEqual([])
      // Until it has been told of the loss nothing newer is taken.
      await redis.flushall()
      restarted.append([envelope(randomUUID(), 1)])
      await restarted.sent()
      expect(restarted.losses).toHaveLength(1)
      const [{ publishedSince } = { publishedSince: null }] = restarted.losses
      expect(publishedSince).toBeInstanceOf(Date)
      await restarted.stop()
    })

    test('a group that nobody was in for 14 days is forgotten, and holds nothing up any more', async () => {
      const bus = await lab.open()
      for (const group of ['removed', 'kept']) await (await consumeInto(bus, { group, record: newRecord() })).close()
      await consumeInto(bus, { group: 'running', record: newRecord() })
      await bus.publish(envelopesOf({ subjects: 10, each: 1 }))
      const daysAgo = (days: number) => Date.now() - days * 24 * 60 * 60 * 1_000
      await redis.hset(keys.groups, { removed: daysAgo(15), kept: daysAgo(13) })
      await expect.poll(() => groupsThere('removed'), soon).toBe(0)
      expect([await bus.lag('removed'), await bus.lag('kept')]).toEqual([0, 10])
    })

    test('E14: what something else wrote into a stream is passed over', async () => {
      const bus = await lab.open()
      const record = newRecord()
      const sent = envelope(randomUUID(), 1)
      await (await consumeInto(bus, { group: 'foreign', record })).close()
      for (const stream of keys.streams) await redis.xadd(stream, '*', 'anything', '{')
      await bus.publish([sent])
      await consumeInto(bus, { group: 'foreign', record })
      await expect.poll(() => record.finished.length, soon).toBe(1)
      await expect.poll(() => bus.lag('foreign'), soon).toBe(0)
    })
  })
})
