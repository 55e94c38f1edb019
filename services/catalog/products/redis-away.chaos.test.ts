import { setTimeout as delay } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RedisServer, startRedisServer, withoutRedis } from '../../kit/testing/redis-server.ts'
import type { ServiceProcess } from '../../kit/testing/service-process.ts'
import { countOf, parallel } from '../testing/answer.ts'
import { type CachedProducts, cachedProducts } from '../testing/cached-products.ts'
import { type CatalogProcesses, catalogProcesses } from '../testing/catalog-processes.ts'

const productCount = 20

describe.skipIf(withoutRedis !== '')(`the catalog without Redis${withoutRedis}`, () => {
  let server: RedisServer
  let catalog: CatalogProcesses
  let products: CachedProducts
  let one: ServiceProcess
  let other: ServiceProcess
  let ids: readonly string[]
  let writes = 0
  beforeAll(async () => {
    server = await startRedisServer()
    catalog = await catalogProcesses({ count: 0 })
    products = cachedProducts(catalog)
    one = await catalog.start({ REDIS_URL: server.url })
    other = await catalog.start({ REDIS_URL: server.url })
    ids = await parallel(productCount, () => catalog.stocked(1))
  })
  afterAll(async () => {
    await catalog.close()
    await server.stop()
  })

  const isDegraded = (process: ServiceProcess) => products.metric(process, 'cache_degraded{cache="products"}')
  const loads = (process: ServiceProcess) => products.metric(process, 'cache_load_total{cache="products"}')
  const shared = (process: ServiceProcess) =>
    products.metric(process, 'cache_requests_total{cache="products",result="shared"}')

  /** Reads all the time until stopped; every answer's status, and the longest time one took. */
  function readers() {
    const stopping = new AbortController()
    const statuses: number[] = []
    let slowest = 0
    const read = async (worker: number) => {
      for (let turn = worker; !stopping.signal.aborted; turn += 1) {
        const startedAt = performance.now()
        const answer = await products.read(turn % 2 === 0 ? one : other, ids[turn % productCount] ?? '')
        statuses.push(answer.status)
        slowest = Math.max(slowest, performance.now() - startedAt)
        await delay(2)
      }
    }
    const working = Promise.all(Array.from({ length: 8 }, (_, worker) => read(worker)))
    return {
      async stop() {
        stopping.abort()
        await working
        return { statuses, slowest }
      },
    }
  }

  /** Changes each product through one process or the other; who wrote reads it at once, the other within five seconds. */
  async function changeAll(): Promise<void> {
    for (const [index, id] of ids.entries()) {
      const [writer, reader] = index % 2 === 0 ? [one, other] : [other, one]
      writes += 1
      const name = `Write ${writes}`
      expect((await products.rename(writer, id, name)).status).toBe(200)
      expect((await products.read(writer, id)).body.name).toBe(name)
      await expect.poll(async () => (await products.read(reader, id)).body.name, { timeout: 5_000 }).toBe(name)
    }
  }

  async function expectRight(): Promise<void> {
    const { rows } = await sql<{ id: string; name: string }>`
      select id, name from products where id = any (${ids})`.execute(catalog.kysely)
    for (const { id, name } of rows) {
      for (const process of [one, other]) expect((await products.read(process, id)).body.name).toBe(name)
    }
  }

  /** One load a process for all who ask at once, although nothing is shared. */
  async function expectOneQuery(): Promise<void> {
    const cold = await catalog.stocked(1)
    const before = await loads(one)
    const startedAt = performance.now()
    expect(countOf(await parallel(200, () => products.read(one, cold)), 200)).toBe(200)
    expect(performance.now() - startedAt).toBeLessThan(5_000)
    expect(await loads(one)).toBe(before + 1)
  }

  async function expectBack(): Promise<void> {
    // Only a request finds out, as in use.
    const back = async () => {
      const id = await catalog.stocked(1)
      await Promise.all([products.read(one, id), products.read(other, id)])
      return (await isDegraded(one)) + (await isDegraded(other))
    }
    await expect.poll(back, { timeout: 5_000, interval: 200 }).toBe(0)
    const before = await shared(other)
    const foundThere = async () => {
      await products.read(other, await filledBy(one))
      return shared(other)
    }
    await expect.poll(foundThere, { timeout: 5_000 }).toBeGreaterThan(before)
  }

  /** A new product that this process has loaded, and so has put where the other can find it. */
  async function filledBy(process: ServiceProcess): Promise<string> {
    const id = await catalog.stocked(1)
    await products.read(process, id)
    await delay(20)
    return id
  }

  test('C35, X26: Redis frozen, thawed, killed and back: no 5xx, right values, nothing stale from before', async () => {
    await expectBack()
    await changeAll()
    const load = readers()

    server.signal('SIGSTOP')
    await changeAll()
    await expectOneQuery()
    expect(await isDegraded(one)).toBe(1)
    const ready = await (await fetch(`${one.url}/health?check=ready`)).json()
    expect(ready).toMatchObject({ status: 'degraded', checks: { redis: 'down', database: 'up' } })
    // What Redis still holds is from before these writes.
    server.signal('SIGCONT')
    await expectRight()
    await expectBack()
    await expectRight()

    await server.stop()
    await changeAll()
    await expectOneQuery()
    server = await startRedisServer(server.port)
    await expectRight()
    await expectBack()
    await expectRight()
    await changeAll()

    const { statuses, slowest } = await load.stop()
    expect(new Set(statuses)).toEqual(new Set([200]))
    expect(statuses.length).toBeGreaterThan(1_000)
    expect(slowest).toBeLessThan(3_000)
  })
})
