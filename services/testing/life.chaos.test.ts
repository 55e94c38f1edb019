import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { migrate } from '../kit/migrate.ts'
import { scriptedServer } from '../kit/testing/scripted-server.ts'
import type { ServiceProcess } from '../kit/testing/service-process.ts'
import { type TestDatabase, testDatabase } from '../kit/testing/test-database.ts'
import { type Alone, aloneNames, migrationsOf, openAlone, readOf, reads, tableOf } from './alone.ts'
import { outcomeOf, steadyLoad } from './steady-load.ts'

const healthSchema = z.looseObject({ checks: z.record(z.string(), z.string()).optional() })

let alone: Alone
beforeEach(async () => {
  alone = await openAlone()
})
afterEach(() => alone.close())

const probe = async (service: ServiceProcess, path = '/health?check=ready') => {
  const answer = await fetch(service.url + path, { headers: { connection: 'close' } }).catch(() => null)
  if (answer === null) return { status: 0, checks: {} }
  return { status: answer.status, checks: healthSchema.parse(await answer.json()).checks ?? {} }
}
const ready = (service: ServiceProcess) =>
  expect.poll(() => probe(service).then(({ status }) => status), { timeout: 10_000 }).toBe(200)
const accessLines = (service: ServiceProcess) => service.lines().filter((line) => 'status_code' in line)

describe.each(aloneNames)('%s', (name) => {
  let database: TestDatabase<unknown>
  beforeAll(async () => {
    database = await testDatabase<unknown>(migrationsOf[name])
  })
  afterAll(() => database.drop())

  /** Lets the service's read wait until the returned function is called. */
  async function holdReads(): Promise<() => Promise<void>> {
    const { promise: over, resolve } = Promise.withResolvers<void>()
    const { promise: locked, resolve: tell } = Promise.withResolvers<void>()
    const holding = database.kysely.transaction().execute(async (transaction) => {
      await sql`lock table ${sql.table(tableOf[name])} in access exclusive mode`.execute(transaction)
      tell()
      await over
    })
    await locked
    return async () => {
      resolve()
      await holding
    }
  }

  test('X1: SIGTERM under 500 requests a second, some of two seconds, fails none of them and ends with 0', async () => {
    const service = await alone.start(name, { DATABASE_URL: database.url, SHUTDOWN_DELAY: '2' })
    await ready(service)
    const health = { path: '/health?check=ready', body: undefined }
    const quick = { path: '/nowhere', body: undefined }
    const load = steadyLoad(service.url, { perSecond: 500, connections: 64, next: () => quick })
    await expect.poll(() => load.outcomes.get('404') ?? 0, { timeout: 10_000 }).toBeGreaterThan(200)
    const release = await holdReads()
    const slow = Array.from({ length: 8 }, () => outcomeOf(service.url, readOf(name)))
    await expect.poll(() => waiting(database), { timeout: 5_000 }).toBeGreaterThan(0)

    const startedAt = performance.now()
    service.signal('SIGTERM')
    setTimeout(() => void release(), 2_000)
    // Who routes here sees "not ready" and sends no more.
    await expect.poll(() => outcomeOf(service.url, health), { interval: 20, timeout: 2_000 }).toBe('503')
    await load.stop()
    expect([...load.outcomes.keys()]).toEqual(['404'])
    expect(new Set(await Promise.all(slow))).toEqual(new Set([String(reads[name].status)]))
    expect(await service.ended).toBe(0)
    expect(performance.now() - startedAt).toBeLessThan(12_000)
    const answered = (load.outcomes.get('404') ?? 0) + slow.length
    const lines = accessLines(service).filter((line) => line.route === 'unmatched' || line.route === reads[name].path)
    expect(lines).toHaveLength(answered)
    expect(service.lines().at(-1)?.message).toBe('ended')
  })

  test('X24: a second signal ends it at once, with a code that tells', async () => {
    const service = await alone.start(name, { DATABASE_URL: database.url, SHUTDOWN_DELAY: '60' })
    service.signal('SIGTERM')
    await expect.poll(() => probe(service).then(({ status }) => status)).toBe(503)
    expect((await probe(service, '/health')).status).toBe(200)
    service.signal('SIGINT')
    expect(await service.ended).toBe(1)
    expect(service.lines().at(-1)).toMatchObject({ level: 'FATAL', message: 'second signal, ending at once' })
  })

  test('X29: an unhandled rejection or exception is one fatal line with its stack, a short drain and exit code 1', async () => {
    for (const [fault, code] of [faults[name]]) {
      const script = `process.on('SIGUSR2', () => { ${code} })`
      const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(script)}`
      const service = await alone.start(name, { DATABASE_URL: database.url, NODE_OPTIONS })
      await ready(service)
      const release = await holdReads()
      const slow = outcomeOf(service.url, readOf(name))
      await expect.poll(() => waiting(database), { timeout: 5_000 }).toBeGreaterThan(0)
      service.signal('SIGUSR2')
      await expect.poll(() => probe(service).then(({ status }) => status)).not.toBe(200)
      await release()
      expect(await slow).toBe(String(reads[name].status))
      expect(await service.ended).toBe(1)
      const fatal = service.lines().filter(({ level }) => level === 'FATAL')
      expect(fatal).toMatchObject([{ message: `${fault}, ending`, error: { message: 'planned' } }])
      expect(JSON.stringify(fatal)).toContain('Error: planned\\n    at ')
    }
  })

  test('X14: it is ready only with its migrations, a connection, and its hot routes asked for', async () => {
    const fresh = await testDatabase<unknown>([])
    const service = await alone.start(name, { DATABASE_URL: fresh.url })
    const before = await probe(service)
    expect(before).toMatchObject({ status: 503, checks: { migrations: 'down', warm: 'down' } })
    expect((await probe(service, '/health')).status).toBe(200)
    for await (const event of migrate({ url: fresh.url, migrations: migrationsOf[name], mode: 'apply' })) {
      expect(event.event).not.toBe('failed')
    }
    await ready(service)
    expect((await probe(service)).checks).toMatchObject({ database: 'up', migrations: 'up', warm: 'up' })
    const metrics = await (await fetch(service.metricsUrl)).text()
    expect(metrics).toMatch(/db_pool_connections\{state="idle"\} [1-9]/)
    // Warming is told by no line and counted as no request.
    expect(accessLines(service).filter(({ route }) => route !== '/health')).toEqual([])
    expect(metrics).not.toMatch(/http_request_duration_seconds_count\{.*route="\/api/)
    await fresh.drop()
  })
})

/** One kind for each service: what happens then is the kit's. */
const faults = {
  users: ['unhandledRejection', 'void Promise.reject(new Error("planned"))'],
  catalog: ['uncaughtException', 'setImmediate(() => { throw new Error("planned") })'],
  orders: ['unhandledRejection', 'void Promise.reject(new Error("planned"))'],
} as const

async function waiting(database: TestDatabase<unknown>): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) as count from pg_stat_activity
    where datname = current_database() and wait_event_type = 'Lock'`.execute(database.kysely)
  return rows[0]?.count ?? 0
}

describe('one process', () => {
  let database: TestDatabase<unknown>
  beforeAll(async () => {
    database = await testDatabase<unknown>(migrationsOf.users)
  })
  afterAll(() => database.drop())

  test('X24: a handler that hangs is cut off after ten seconds, and the line says which route', async () => {
    const FAILPOINTS = 'http.before_handler:pause'
    const service = await alone.start('users', { DATABASE_URL: database.url, FAILPOINTS })
    const hung = outcomeOf(service.url, readOf('users'))
    // Its own time of eleven seconds is over a second later only where it is asked to end at once.
    const reached = () => service.lines().some(({ message }) => message === 'failpoint reached')
    await expect.poll(reached, { interval: 5, timeout: 5_000 }).toBe(true)
    const startedAt = performance.now()
    service.signal('SIGTERM')
    expect(await service.ended).toBe(0)
    expect(performance.now() - startedAt).toBeGreaterThan(9_500)
    expect(performance.now() - startedAt).toBeLessThan(14_000)
    expect(await hung).toBe('ECONNRESET')
    expect(service.lines()).toContainEqual(expect.objectContaining({ requests: [`POST ${reads.users.path}`] }))
  })

  test('X24: SIGTERM during the start ends it with 0, and nothing was served', async () => {
    // A Redis that is not there holds the start up for a second.
    const started = alone.start('users', {
      DATABASE_URL: database.url,
      REDIS_URL: 'redis://127.0.0.1:1',
      NODE_OPTIONS: killedEarly,
    })
    await expect(started).rejects.toThrow(/shutting down/)
  })

  test('no tracing code is loaded where no collector is set; where one is, its requests are traced', async () => {
    const collector = await scriptedServer()
    collector.script(() => ({ status: 200, json: {} }))
    const loaded = async (settings: Record<string, string>) => {
      const service = await alone.start('users', { DATABASE_URL: database.url, NODE_OPTIONS: tellLoaded, ...settings })
      await ready(service)
      expect(await outcomeOf(service.url, readOf('users'))).toBe('401')
      service.signal('SIGTERM')
      expect(await service.ended).toBe(0)
      return service.lines().filter(({ message }) => message?.startsWith('loaded ')).length
    }
    expect(await loaded({})).toBe(0)
    expect(collector.calls).toEqual([])
    const settings = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_TRACES_SAMPLER_ARG: '1' }
    expect(await loaded(settings)).toBeGreaterThan(10)
    expect(JSON.stringify(collector.calls)).toContain('POST /api/v1/auth/login')
    await collector.close()
  })
})

const imported = (script: string) => `--import=data:text/javascript,${encodeURIComponent(script)}`

/** Tells each module of the SDK that is loaded; of the API alone prom-client has the types of its exemplars. */
const tellLoaded = imported(`
  import { registerHooks } from 'node:module'
  registerHooks({ load(url, context, next) {
    if (/opentelemetry.(sdk|exporter|otlp|core|resources)/.test(url)) console.log(JSON.stringify({ message: 'loaded ' + url }))
    return next(url, context)
  } })`)

/** Asks it to end as soon as it listens for that. */
const killedEarly = imported(`
  process.on('newListener', (event) => {
    if (event === 'SIGTERM') setTimeout(() => process.kill(process.pid, 'SIGTERM'), 20)
  })`)
