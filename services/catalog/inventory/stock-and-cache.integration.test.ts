import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RedisServer, startRedisServer, withoutRedis } from '../../kit/testing/redis-server.ts'
import { type CatalogProcesses, catalogProcesses } from '../testing/catalog-processes.ts'

describe.skipIf(withoutRedis !== '')(`stock and the cache${withoutRedis}`, () => {
  let redis: RedisServer
  let client: Redis
  let catalog: CatalogProcesses
  beforeAll(async () => {
    redis = await startRedisServer()
    client = new Redis(redis.url)
    catalog = await catalogProcesses({ count: 0 })
    await catalog.start({ REDIS_URL: redis.url })
  })
  afterAll(async () => {
    client.disconnect()
    await catalog.close()
    await redis.stop()
  })

  const service = 'service:inventory:reserve'
  const stockOf = (product: string) => catalog.send('GET', `/api/v1/inventory/${product}`)
  const reserve = (product_id: string, quantity: number) => {
    const body = { reference: `order:${randomUUID()}`, items: [{ product_id, quantity }] }
    return catalog.send('POST', '/api/v1/inventory/reserve', { as: service, body })
  }

  test('C17: what Redis says is available is not asked and not believed', async () => {
    const product = await catalog.stocked(5)
    // Whatever there is to be kept is kept now, and lies from here on.
    for (const path of [`products/${product}`, `inventory/${product}`, 'products?in_stock=true']) {
      expect((await catalog.send('GET', `/api/v1/${path}`)).status).toBe(200)
    }
    const stock = JSON.stringify({ product_id: product, quantity: 999, reserved: 0, available: 999 })
    const kept = await client.keys('*')
    for (const key of [...kept, `inventory:${product}`, `stock:${product}`, `available:${product}`, product]) {
      if (!['string', 'none'].includes(await client.type(key))) continue
      const lie = (await client.get(key))?.replaceAll(/"(available|quantity)":\d+/g, '"$1":999')
      await client.set(key, lie ?? stock)
    }
    const commands: string[] = []
    const monitor = await client.monitor()
    monitor.on('monitor', (_: string, words: string[]) => void commands.push(words.join(' ')))

    expect((await stockOf(product)).body).toMatchObject({ quantity: 5, reserved: 0, available: 5 })
    const short = await reserve(product, 6)
    expect([short.status, short.body.errors]).toMatchObject([409, [{ requested: 6, available: 5 }]])
    expect((await reserve(product, 5)).status).toBe(201)
    expect((await stockOf(product)).body).toMatchObject({ quantity: 5, reserved: 5, available: 0 })

    await client.ping()
    await expect.poll(() => commands.at(-1)).toMatch(/^ping$/i)
    monitor.disconnect()
    expect(
      commands.filter(
        (command) => /^(get|mget|hget|hmget|getex|eval|evalsha)\b/i.test(command) && command.includes(product),
      ),
    ).toEqual([])
  })
})
