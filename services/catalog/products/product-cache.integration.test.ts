import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { UnsecuredJWT } from 'jose'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openRedis, type RedisClients } from '../../kit/redis.ts'
import { type RedisServer, startRedisServer, withoutRedis } from '../../kit/testing/redis-server.ts'
import type { ServiceProcess } from '../../kit/testing/service-process.ts'
import { keptLog } from '../../kit/testing/test-app.ts'
import { uuidV7 } from '../../kit/uuid-v7.ts'
import { countOf, parallel } from '../testing/answer.ts'
import { type CachedProducts, cachedProducts } from '../testing/cached-products.ts'
import { type CatalogProcesses, catalogProcesses } from '../testing/catalog-processes.ts'

let catalog: CatalogProcesses
let products: CachedProducts
beforeAll(async () => {
  catalog = await catalogProcesses({ count: 0 })
  products = cachedProducts(catalog)
})
afterAll(() => catalog.close())

async function insertProduct(id: string): Promise<void> {
  await sql`
    insert into products (id, sku, name, description, price, currency, category_id)
    values (${id}, ${id}, 'Late', '', 100, 'EUR', ${catalog.categoryId})`.execute(catalog.kysely)
}

describe.skipIf(withoutRedis !== '')(`two processes and a Redis${withoutRedis}`, () => {
  let server: RedisServer
  let redis: RedisClients
  let one: ServiceProcess
  let other: ServiceProcess
  /** Pauses each time it has loaded a product. */
  let slow: ServiceProcess
  beforeAll(async () => {
    server = await startRedisServer()
    redis = await openRedis(server.url, keptLog().logger)
    const settings = { REDIS_URL: server.url }
    const paused = { ...settings, FAILPOINTS: 'cache.before_fill:pause' }
    ;[one, other, slow] = await Promise.all([catalog.start(settings), catalog.start(settings), catalog.start(paused)])
    await Promise.all([products.hearsChanges(one), products.hearsChanges(other)])
  })
  afterAll(async () => {
    // What comes after them needs the machine, and no processes that look for their Redis.
    await Promise.all([one, other, slow].map(catalog.kill))
    await redis.close()
    await server.stop()
  })

  test('C4: 500 who ask for a cold product at once cost each process one query at most', async () => {
    const id = await catalog.stocked(1)
    const before = [await products.loads(one), await products.loads(other)] as const
    const answers = await parallel(500, (index) => products.read(index % 2 === 0 ? one : other, id))
    expect(countOf(answers, 200)).toBe(500)
    expect(await products.loads(one)).toBeLessThanOrEqual(before[0] + 1)
    expect(await products.loads(other)).toBeLessThanOrEqual(before[1] + 1)
    await redis.cache.del(`catalog:products:1:entry:${id}`)
  })

  test('C4: 500 who ask for what is not there cost one query, and a product made under that id is found', async () => {
    const id = uuidV7(new Date())
    const before = await products.loads(one)
    const answers = await parallel(500, () => products.read(one, id))
    expect(countOf(answers, 404)).toBe(500)
    expect(await products.loads(one)).toBe(before + 1)
    expect((await products.read(other, id)).status).toBe(404)
    // A fill may fail on a busy machine; the next one comes when the copies have ended.
    const remembered = async () => {
      await products.read(one, id)
      return redis.cache.pttl(`catalog:products:1:entry:${id}`)
    }
    await expect.poll(remembered, { timeout: 10_000 }).toBeGreaterThan(0)
    expect(await remembered()).toBeLessThanOrEqual(5_000)
    await insertProduct(id)
    for (const process of [one, other]) {
      await expect.poll(async () => (await products.read(process, id)).status, { timeout: 1_000 }).toBe(200)
    }
  })

  test('C5: what is written through one process is read there at once and from the other within a second', async () => {
    for (let round = 0; round < 20; round += 1) {
      const id = await catalog.stocked(1)
      await Promise.all([products.read(one, id), products.read(other, id)])
      const name = `Round ${round}`
      expect((await products.rename(one, id, name)).status).toBe(200)
      expect((await products.read(one, id)).body.name).toBe(name)
      await expect.poll(async () => (await products.read(other, id)).body.name, { timeout: 1_000 }).toBe(name)
    }
  })

  test('C5: who writes reads it at once, also before anybody has heard of it', async () => {
    const id = await catalog.stocked(1)
    await products.read(one, id)
    await products.silently(async () => {
      expect((await products.rename(one, id, 'Unheard')).status).toBe(200)
      expect((await products.read(one, id)).body.name).toBe('Unheard')
    })
  })

  test('C5, C23: a product is one copy however its id is written, and none of them outlives a change or a deletion', async () => {
    const id = await catalog.stocked(5)
    const spellings = [id, id.toUpperCase(), id.replace(/[a-f]/, (letter) => letter.toUpperCase())]
    expect(new Set(spellings).size).toBe(3)
    const ways = [one, other].flatMap((process) => spellings.map((spelling) => ({ process, spelling })))
    const readAll = () => Promise.all(ways.map(({ process, spelling }) => products.read(process, spelling)))
    for (const [round, spelling] of spellings.entries()) {
      expect(countOf(await readAll(), 200)).toBe(ways.length)
      const name = `Written ${round}`
      expect((await products.rename(one, spelling, name)).status).toBe(200)
      const names = async () => (await readAll()).map(({ body }) => body.name)
      await expect.poll(names, { timeout: 1_000 }).toEqual(ways.map(() => name))
      const answers = await readAll()
      expect(new Set(answers.map(({ headers }) => headers.get('etag')))).toEqual(new Set([`"${round + 2}.0.0"`]))
      expect(new Set(answers.map(({ body }) => body.id))).toEqual(new Set([id]))
    }
    const items = spellings.slice(1).map((product_id) => ({ product_id, quantity: 1 }))
    const wish = { as: 'service:inventory:reserve', body: { reference: `order:${randomUUID()}`, items } }
    const reserved = await catalog.sendTo(one, { method: 'POST', path: '/api/v1/inventory/reserve', ...wish })
    expect([reserved.status, reserved.body.items]).toEqual([201, [{ product_id: id, quantity: 2 }]])
    for (const { process, spelling } of ways) {
      const stock = await catalog.sendTo(process, { method: 'GET', path: `/api/v1/inventory/${spelling}` })
      expect(stock.body).toMatchObject({ product_id: id, quantity: 5, reserved: 2 })
    }
    const path = `/api/v1/products/${id.toUpperCase()}`
    const deletion = { method: 'DELETE', path, as: 'admin', headers: { 'if-match': '"4"' } }
    expect((await catalog.sendTo(other, deletion)).status).toBe(204)
    await expect.poll(async () => countOf(await readAll(), 404), { timeout: 1_000 }).toBe(ways.length)
  })

  test('C5: a rating that leaves the version changes the copies too, and so does any statement', async () => {
    const id = await catalog.stocked(1)
    await Promise.all([products.read(one, id), products.read(other, id)])
    await sql`update products set rating_count = 1, rating_sum = 4 where id = ${id}`.execute(catalog.kysely)
    for (const process of [one, other]) {
      await expect
        .poll(async () => (await products.read(process, id)).headers.get('etag'), { timeout: 1_000 })
        .toBe('"1.1.4"')
    }
    await sql`update products set name = 'All of them' where true`.execute(catalog.kysely)
    for (const process of [one, other]) {
      await expect
        .poll(async () => (await products.read(process, id)).body.name, { timeout: 1_000 })
        .toBe('All of them')
    }
  })

  test('C5: what nobody heard of while all were cut off is read after it, and no copy of others is lost', async () => {
    const [id, untouched] = [await catalog.stocked(1), await catalog.stocked(1)]
    const entryOf = (product: string) => redis.cache.get(`catalog:products:1:entry:${product}`)
    for (const product of [id, untouched]) {
      await products.read(one, product)
      await expect.poll(() => entryOf(product), { timeout: 5_000 }).not.toBeNull()
      await products.read(other, product)
    }
    const epoch = await redis.cache.get('catalog:products:1:epoch')
    await products.silently(() => sql`update products set name = 'Unheard' where id = ${id}`.execute(catalog.kysely))
    await products.cutFeeds()
    for (const process of [one, other]) {
      await expect.poll(async () => (await products.read(process, id)).body.name, { timeout: 5_000 }).toBe('Unheard')
    }
    await Promise.all([products.hearsChanges(one), products.hearsChanges(other)])
    expect(await redis.cache.get('catalog:products:1:epoch')).toBe(epoch)
    expect(await entryOf(untouched)).not.toBeNull()
  })

  test('C33: who has loaded version 7 and fills it in after version 8 was dropped changes nothing', async () => {
    const paused = () => slow.lines().filter(({ message }) => message === 'failpoint reached').length
    const answerOf = async <Value>(answer: Promise<Value>) => {
      const timer = setInterval(() => slow.signal('SIGUSR2'), 20)
      return answer.finally(() => clearInterval(timer))
    }
    for (let round = 0; round < 10; round += 1) {
      const id = await catalog.stocked(1)
      const reached = paused()
      const early = products.read(slow, id)
      await expect.poll(paused, { timeout: 10_000 }).toBeGreaterThan(reached)
      const name = `After ${round}`
      expect((await products.rename(one, id, name)).status).toBe(200)
      expect((await answerOf(early)).body.name).toBe('Thing')
      const nameAt = async (process: ServiceProcess) => (await answerOf(products.read(process, id))).body.name
      expect([await nameAt(other), await nameAt(one)]).toEqual([name, name])
      // It may not have heard of the change when it was let go on; then its own copy goes when it hears.
      await expect.poll(() => nameAt(slow), { timeout: 1_000 }).toBe(name)
      expect([await nameAt(other), await nameAt(slow), await nameAt(one)]).toEqual([name, name, name])
    }
  })

  test('C36: a thousand writes look for no key by its name and flush nothing', async () => {
    const ids = await parallel(100, () => catalog.stocked(1))
    await redis.cache.config('RESETSTAT')
    for (const [index, id] of ids.entries()) {
      expect((await products.rename(index % 2 === 0 ? one : other, id, 'Written')).status).toBe(200)
    }
    for (let round = 0; round < 9; round += 1) {
      await Promise.all(
        ids.map((id) => sql`update products set price = price + 1 where id = ${id}`.execute(catalog.kysely)),
      )
    }
    // The last of them has been heard by both.
    for (const process of [one, other]) {
      await expect
        .poll(async () => (await products.read(process, ids.at(-1) ?? '')).body.price, { timeout: 5_000 })
        .toBe(109)
    }
    const used = await redis.cache.info('commandstats')
    expect(Number(/cmdstat_eval:calls=(\d+)/.exec(used)?.[1])).toBeGreaterThan(200)
    expect(used).not.toMatch(/cmdstat_(keys|scan|flushall|flushdb|randomkey)/)
  })

  test('C37: one copy for everybody, with nothing in it that is not public', async () => {
    const id = await catalog.stocked(1)
    const answers = await Promise.all([undefined, randomUUID(), 'admin'].map((as) => products.read(one, id, as)))
    const [anonymous, ...others] = answers
    for (const answer of others) {
      expect(answer.body).toEqual(anonymous?.body)
      expect(answer.headers.get('etag')).toBe(anonymous?.headers.get('etag'))
    }
    const kept = async () => {
      const other = await catalog.stocked(1)
      const shown: unknown = await (await fetch(`${one.url}/api/v1/products/${other}`)).json()
      const entry = (await redis.cache.get(`catalog:products:1:entry:${other}`)) ?? '- - - - null'
      return isDeepStrictEqual(JSON.parse(entry.split(' ').slice(4).join(' ')), {
        product: shown,
        tag: '"1.0.0"',
        revision: 1,
      })
    }
    await expect.poll(kept, { timeout: 5_000 }).toBe(true)
  })

  test('C37: admins read each of their writes at once where they wrote, and from the other within a second', async () => {
    const id = await catalog.stocked(1)
    await products.silently(async () => {
      for (let round = 0; round < 10; round += 1) {
        // Both have a copy, and the feed tells nobody: who wrote knows it from the drop that is awaited, or not at all.
        await Promise.all([one, other].map((process) => products.read(process, id, 'admin')))
        const name = `Admin ${round}`
        expect((await products.rename(one, id, name)).status).toBe(200)
        expect((await products.read(one, id, 'admin')).body.name).toBe(name)
      }
    })
    const heard = 'Heard'
    expect((await products.rename(one, id, heard)).status).toBe(200)
    await expect.poll(async () => (await products.read(other, id, 'admin')).body.name, { timeout: 1_000 }).toBe(heard)
  })

  test('C37: no token switches the copies off, neither an admin’s nor one that anybody wrote', async () => {
    const id = await catalog.stocked(1)
    const forged = `Bearer ${new UnsecuredJWT({ role: 'admin' }).encode()}`
    // Word that the product was made may come after the first read, and takes what that one kept.
    const loadsOfARead = async () => {
      const was = await products.loads(one)
      await products.read(one, id)
      return (await products.loads(one)) - was
    }
    await expect.poll(loadsOfARead).toBe(0)
    const before = await products.loads(one)
    for (let round = 0; round < 20; round += 1) {
      await fetch(`${one.url}/api/v1/products/${id}`, { headers: { authorization: forged } })
      await products.read(one, id, 'admin')
    }
    expect(await products.loads(one)).toBe(before)
    // The loads would not show a reader who asks the table himself.
    await products.silently(() => sql`update products set name = 'Written' where id = ${id}`.execute(catalog.kysely))
    const lied = await fetch(`${one.url}/api/v1/products/${id}`, { headers: { authorization: forged } })
    expect(await lied.json()).toMatchObject({ name: 'Thing' })
  })
})
