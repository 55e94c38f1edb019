import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openRedis, type RedisClients } from '../redis.ts'
import { type RedisServer, startRedisServer, withoutRedis } from '../testing/redis-server.ts'
import { keptLog } from '../testing/test-app.ts'
import { createRedisTier } from './redis-tier.ts'
import type { SharedTier } from './shared-tier.ts'

describe.skipIf(withoutRedis !== '')(`the shared tier in Redis${withoutRedis}`, () => {
  let server: RedisServer
  let redis: RedisClients
  let tier: SharedTier
  let other: SharedTier
  const prefix = 'test:things:1'

  beforeAll(async () => {
    server = await startRedisServer()
    redis = await openRedis(server.url, keptLog().logger)
    tier = createRedisTier({ redis: redis.cache, prefix, keptMilliseconds: 300_000 })
    other = createRedisTier({ redis: redis.cache, prefix, keptMilliseconds: 300_000 })
  })
  afterAll(async () => {
    await redis.close()
    await server.stop()
  })

  const epochNow = async () => (await tier.read('any'))?.epoch ?? ''
  const fill = async (key: string, version: number, epoch?: string) =>
    tier.fill(key, { epoch: epoch ?? (await epochNow()), version, text: `v${version}`, freshMilliseconds: 30_000 })
  const versionOf = async (key: string) => (await other.read(key))?.entry?.version

  test('what one process fills in another reads, with its age and its text as it was', async () => {
    const text = '{"name":"a \\n b 🜁 c"}\n{}'
    await tier.fill('text', { epoch: await epochNow(), version: 3, text, freshMilliseconds: 30_000 })
    await redis.cache.pexpire(`${prefix}:entry:text`, 250_000)
    const entry = (await other.read('text'))?.entry
    expect(entry).toMatchObject({ version: 3, text, freshMilliseconds: 30_000 })
    expect(entry?.ageMilliseconds).toBeGreaterThanOrEqual(50_000)
    expect(entry?.ageMilliseconds).toBeLessThan(55_000)
  })

  test('what is not there is remembered for no longer than it is believed', async () => {
    await tier.fill('absent', { epoch: await epochNow(), version: 0, text: null, freshMilliseconds: 4_500 })
    expect((await other.read('absent'))?.entry).toMatchObject({ version: 0, text: null })
    expect(await redis.cache.pttl(`${prefix}:entry:absent`)).toBeLessThanOrEqual(4_500)
  })

  test('C33: nothing older than a drop or than what is there can be filled in', async () => {
    await fill('raced', 7)
    await tier.drop('raced', 8)
    expect(await versionOf('raced')).toBeUndefined()
    await fill('raced', 7)
    expect(await versionOf('raced')).toBeUndefined()
    await fill('raced', 0)
    expect(await versionOf('raced')).toBeUndefined()
    await fill('raced', 8)
    await fill('raced', 7)
    expect(await versionOf('raced')).toBe(8)
    await tier.drop('raced', 8)
    expect(await versionOf('raced')).toBe(8)
    // Later versions are compared as numbers: "10" is not before "9".
    await tier.drop('raced', 10)
    await fill('raced', 9)
    expect(await versionOf('raced')).toBeUndefined()
  })

  test('what something else wrote under its keys is in nobody’s way', async () => {
    for (const text of ['', 'garbage', 'epoch x 1 1 {}']) {
      await redis.cache.set(`${prefix}:entry:spoilt`, text)
      await redis.cache.set(`${prefix}:dropped:spoilt`, text)
      expect(await versionOf('spoilt')).toBeUndefined()
      await fill('spoilt', 1)
      expect(await versionOf('spoilt')).toBe(1)
      await redis.cache.set(`${prefix}:entry:spoilt`, text)
      await redis.cache.set(`${prefix}:dropped:spoilt`, text)
      await tier.drop('spoilt', 2)
      expect(tier.isDegraded()).toBe(false)
      expect(await redis.cache.get(`${prefix}:dropped:spoilt`)).toBe('2')
      expect(await redis.cache.exists(`${prefix}:entry:spoilt`)).toBe(0)
      await redis.cache.del(`${prefix}:dropped:spoilt`)
    }
  })

  test('C36: a list carries the epoch of the catalog, and a write raises it for every process', async () => {
    const epoch = await epochNow()
    await fill('list', 1)
    expect(await versionOf('list')).toBe(1)
    await other.renew()
    expect(await versionOf('list')).toBeUndefined()
    await fill('list', 1, epoch)
    expect(await versionOf('list')).toBeUndefined()
    await fill('list', 1)
    expect(await versionOf('list')).toBe(1)
  })

  test('an epoch that Redis has lost is another one afterwards', async () => {
    await fill('kept', 1)
    await redis.cache.del(`${prefix}:epoch`)
    expect(await versionOf('kept')).toBeUndefined()
  })

  test('after a drop that failed it neither reads nor fills until it has begun a new epoch', async () => {
    await fill('missed', 1)
    await fill('missed', 1)
    const port = Number(new URL(server.url).port)
    const away = await openRedis(`redis://127.0.0.1:${port}`, keptLog().logger)
    const cut = createRedisTier({ redis: away.cache, prefix, keptMilliseconds: 300_000 })
    await away.cache.quit()
    await cut.drop('missed', 2)
    expect(cut.isDegraded()).toBe(true)
    expect(await cut.read('missed')).toBeNull()
    // Others still have it: they hear of the change by themselves. Who missed the drop takes it from all, once it can.
    expect(await versionOf('missed')).toBe(1)
    await away.cache.connect()
    await expect.poll(async () => (await cut.read('missed'))?.entry, { timeout: 5_000 }).toBeNull()
    expect(cut.isDegraded()).toBe(false)
    expect(await versionOf('missed')).toBeUndefined()
    await away.close()
  })
})
