import { sql } from 'kysely'
import { Registry } from 'prom-client'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { openDatabase } from '../../kit/database.ts'
import type { ServiceProcess } from '../../kit/testing/service-process.ts'
import { uuidV7 } from '../../kit/uuid-v7.ts'
import { type CachedProducts, cachedProducts } from '../testing/cached-products.ts'
import { type CatalogProcesses, catalogProcesses } from '../testing/catalog-processes.ts'

let catalog: CatalogProcesses
let products: CachedProducts
beforeAll(async () => {
  catalog = await catalogProcesses({ count: 0 })
  products = cachedProducts(catalog)
})
afterAll(() => catalog.close())

describe('two processes without Redis', () => {
  let one: ServiceProcess
  let other: ServiceProcess
  beforeAll(async () => {
    ;[one, other] = await Promise.all([catalog.start(), catalog.start()])
    await Promise.all([products.hearsChanges(one), products.hearsChanges(other)])
  })

  test('C5: without Redis the other process reads the new value within five seconds, the writer at once', async () => {
    const id = await catalog.stocked(1)
    await Promise.all([products.read(one, id), products.read(other, id)])
    expect((await products.rename(one, id, 'Without Redis')).status).toBe(200)
    expect((await products.read(one, id)).body.name).toBe('Without Redis')
    await expect.poll(async () => (await products.read(other, id)).body.name, { timeout: 5_000 }).toBe('Without Redis')

    // Nor where nothing tells: the connection that listens is cut, and a copy is believed for two seconds only.
    await products.silently(async () => {
      await products.cutFeeds()
      await sql`update products set name = 'Unheard' where id = ${id}`.execute(catalog.kysely)
      for (const process of [one, other]) {
        await expect.poll(async () => (await products.read(process, id)).body.name, { timeout: 5_000 }).toBe('Unheard')
      }
    })
  })

  test('C34: with the database away a copy is served with its age, what has none is a 503, and both recover', async () => {
    await products.hearsChanges(one)
    const [kept, cold] = [await catalog.stocked(1), uuidV7(new Date())]
    // The word of a product just made may come while it is loaded, and then the copy is not kept.
    const isKept = async () => {
      await products.read(one, kept)
      const before = await products.loads(one)
      expect((await products.read(one, kept)).headers.get('age')).toBeNull()
      return (await products.loads(one)) === before
    }
    await expect.poll(isKept).toBe(true)

    const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(catalog.kysely)
    const name = sql.id(rows[0]?.name ?? '')
    const server = openDatabase({
      url: inject('postgresUrl'),
      poolSize: 1,
      applicationName: 'test',
      metrics: new Registry(),
      onConnectionError: () => undefined,
    })
    try {
      await sql`alter database ${name} allow_connections false`.execute(server.kysely)
      await sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${rows[0]?.name}`.execute(
        server.kysely,
      )
      const ageOf = async () => {
        const { status, headers } = await products.read(one, kept)
        expect(status).toBe(200)
        return Number(headers.get('age'))
      }
      await expect.poll(ageOf, { timeout: 10_000 }).toBeGreaterThanOrEqual(3)
      const refused = await products.read(one, cold)
      expect([refused.status, refused.body.code]).toEqual([503, 'service/unavailable'])
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    } finally {
      await sql`alter database ${name} allow_connections true`.execute(server.kysely)
      await server.close()
    }
    await expect.poll(async () => (await products.read(one, cold)).status, { timeout: 5_000 }).toBe(404)
    await expect.poll(async () => (await products.read(one, kept)).headers.get('age'), { timeout: 5_000 }).toBeNull()
  })
})
