import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { migrate } from '../kit/migrate.ts'
import { type PostgresServer, startPostgresServer } from '../kit/testing/postgres-server.ts'
import { startRedisServer, withoutRedis } from '../kit/testing/redis-server.ts'
import type { ServiceProcess } from '../kit/testing/service-process.ts'
import { type Alone, type AloneName, aloneNames, migrationsOf, openAlone, readOf, reads, writes } from './alone.ts'
import { type Load, type LoadRequest, outcomeOf, steadyLoad } from './steady-load.ts'

const healthSchema = z.looseObject({
  status: z.union([z.string(), z.number()]),
  checks: z.record(z.string(), z.string()).optional(),
})

let server: PostgresServer
let alone: Alone
const loads: Load[] = []

beforeAll(async () => {
  server = await startPostgresServer()
  for (const name of aloneNames) {
    await onServer(`create database ${name}`)
    for await (const event of migrate({ url: urlOf(name), migrations: migrationsOf[name], mode: 'apply' })) {
      expect(event.event).not.toBe('failed')
    }
  }
  alone = await openAlone()
})
afterEach(async () => {
  await Promise.all(loads.splice(0).map((load) => load.stop()))
})
afterAll(async () => {
  await alone.close()
  await server.stop()
})

function urlOf(name: string): string {
  const url = new URL(server.url)
  url.pathname = `/${name}`
  return url.href
}

/** How many rows it answers or changes. */
async function onServer(statement: string, database = 'postgres'): Promise<number | null> {
  const client = new pg.Client({ connectionString: urlOf(database) })
  await client.connect()
  const { rowCount } = await client.query(statement).finally(() => client.end())
  return rowCount
}

const probe = async (service: ServiceProcess, path: string) => {
  const answer = await fetch(service.url + path)
  return { status: answer.status, body: healthSchema.parse(await answer.json()) }
}
const statusOf = (service: ServiceProcess, name: AloneName) => outcomeOf(service.url, readOf(name))
const works = (service: ServiceProcess, name: AloneName) =>
  expect.poll(() => statusOf(service, name), { timeout: 5_000, interval: 50 }).toBe(String(reads[name].status))

/** As often answered as asked, with the same status as the others: a login computes a hash as well. */
const quickReads = {
  users: () => ({ path: '/api/v1/auth/refresh', body: { refresh_token: randomBytes(32).toString('base64url') } }),
  catalog: () => readOf('catalog'),
  orders: () => readOf('orders'),
} as const

function underLoad(service: ServiceProcess, name: AloneName, next: () => LoadRequest = () => readOf(name)): Load {
  const load = steadyLoad(service.url, { perSecond: 60, connections: 16, next })
  loads.push(load)
  return load
}

/** Rows without those that were written in the same transaction. */
async function halfWritten(name: WritingName): Promise<number> {
  const client = new pg.Client({ connectionString: urlOf(name) })
  await client.connect()
  const { rows } = await client.query<{ count: string }>(writes[name].halves).finally(() => client.end())
  return Number(rows[0]?.count)
}

type WritingName = keyof typeof writes
const writingNames = ['users', 'orders'] as const
const writing = (name: AloneName): WritingName | undefined => writingNames.find((known) => known === name)

describe.each(aloneNames)('%s', (name) => {
  let service: ServiceProcess
  beforeAll(async () => {
    service = await alone.start(name, { DATABASE_URL: urlOf(name) })
  })
  afterAll(() => service.kill())

  test('X2: while its connections are killed one by one it lives, and answers nothing but 503 or as before', async () => {
    await works(service, name)
    const load = underLoad(service, name, quickReads[name])
    const good = () => load.outcomes.get(String(reads[name].status)) ?? 0
    for (let round = 0; round < 10; round += 1) {
      const before = good()
      // Among those kept open there is always one: so each round kills.
      const killed = await onServer(
        `select pg_terminate_backend(pid) from pg_stat_activity
         where datname = '${name}' and pid <> pg_backend_pid() order by random() limit 1`,
      )
      expect([round, killed]).toEqual([round, 1])
      // More than were on their way when it was killed.
      await expect.poll(good, { timeout: 10_000 }).toBeGreaterThan(before + 16)
    }
    await load.stop()
    const metrics = await (await fetch(service.metricsUrl)).text()
    expect(Number(/^db_connection_errors_total (\d+)$/m.exec(metrics)?.[1])).toBeGreaterThan(0)
    expect(['503', String(reads[name].status)]).toEqual(expect.arrayContaining([...load.outcomes.keys()]))
    await works(service, name)
  })

  test('X2 X26 X32: a database that crashes under load is 503 with Retry-After meanwhile, and five seconds later all is well', async () => {
    await works(service, name)
    const load = underLoad(service, name)
    const written = writing(name)
    const next = written && writes[written].next
    const writers = next && steadyLoad(service.url, { perSecond: 10, connections: 4, next })
    if (writers !== undefined) loads.push(writers)
    await expect.poll(() => load.outcomes.get(String(reads[name].status)) ?? 0, { timeout: 10_000 }).toBeGreaterThan(20)
    const haveWritten = () => writers?.outcomes.get(String(written && writes[written].status)) ?? 0
    if (writers !== undefined) await expect.poll(haveWritten, { timeout: 10_000 }).toBeGreaterThan(2)
    await server.crash()
    await expect.poll(() => load.outcomes.get('503') ?? 0, { timeout: 10_000 }).toBeGreaterThan(5)
    const { path, body, headers = {} } = readOf(name)
    const answer = await fetch(service.url + path, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    expect([answer.status, Number(answer.headers.get('retry-after')) >= 1]).toEqual([503, true])
    await server.recover()
    await works(service, name)
    await Promise.all(loads.splice(0).map((one) => one.stop()))
    expect(['503', String(reads[name].status)]).toEqual(expect.arrayContaining([...load.outcomes.keys()]))
    if (writers !== undefined && written !== undefined) {
      expect([...writers.outcomes.keys()].toSorted()).toEqual([String(writes[written].status), '503'])
      expect(await halfWritten(written)).toBe(0)
    }
  })

  test('X3: without its database it is alive, not ready within two seconds, and names it; a thousand probes cost a few queries', async () => {
    const selects = async () => {
      const text = await (await fetch(service.metricsUrl)).text()
      return Number(/db_query_duration_seconds_count\{operation="select"\} (\d+)/.exec(text)?.[1])
    }
    await expect
      .poll(() => probe(service, '/health?check=ready').then(({ status }) => status), { timeout: 10_000 })
      .toBe(200)
    const before = await selects()
    const probes = await Promise.all(Array.from({ length: 1_000 }, () => probe(service, '/health?check=ready')))
    expect(new Set(probes.map(({ status }) => status))).toEqual(new Set([200]))
    // A slow machine takes seconds for them, in which the service has work of its own; exactly it is shown in kit/health.test.ts.
    expect((await selects()) - before).toBeLessThanOrEqual(20)

    await server.crash()
    const startedAt = performance.now()
    await expect
      .poll(() => probe(service, '/health?check=ready').then(({ status }) => status), { timeout: 3_000 })
      .toBe(503)
    expect((await probe(service, '/health?check=ready')).body.checks).toMatchObject({ database: 'down' })
    expect(performance.now() - startedAt).toBeLessThan(3_500)
    expect(await probe(service, '/health')).toMatchObject({ status: 200, body: { status: 'ok' } })
    await server.recover()
    await expect
      .poll(() => probe(service, '/health?check=ready').then(({ status }) => status), { timeout: 5_000 })
      .toBe(200)
  })
})

test.each(writingNames)(
  'X32: %s on a server that has become read-only is 503 with its connection dropped, and well again within five seconds',
  async (name) => {
    const service = await alone.start(name, { DATABASE_URL: urlOf(name) })
    const write = () => outcomeOf(service.url, writes[name].next())
    const done = String(writes[name].status)
    await expect.poll(write, { timeout: 10_000 }).toBe(done)
    await onServer(`alter database ${name} set default_transaction_read_only = on`)
    await onServer(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`)
    await expect.poll(write, { timeout: 5_000 }).toBe('503')
    expect(await write()).toBe('503')
    // No one kills its connections now: they have to have been dropped because of what they answered.
    await onServer(`alter database ${name} reset default_transaction_read_only`)
    await expect.poll(write, { timeout: 5_000 }).toBe(done)
    await service.kill()
  },
)

test.skipIf(withoutRedis !== '')(
  `X3: without its Redis it is ready and says that it is degraded${withoutRedis}`,
  async () => {
    const redis = await startRedisServer()
    const service = await alone.start('users', { DATABASE_URL: urlOf('users'), REDIS_URL: redis.url })
    const readiness = () => probe(service, '/health?check=ready')
    await expect.poll(readiness, { timeout: 5_000 }).toMatchObject({ status: 200, body: { status: 'ok' } })
    await redis.stop()
    await expect
      .poll(readiness, { timeout: 5_000 })
      .toMatchObject({ status: 200, body: { status: 'degraded', checks: { redis: 'down', database: 'up' } } })
    await service.kill()
  },
)
