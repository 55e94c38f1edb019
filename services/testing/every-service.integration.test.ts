import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { type Kysely, sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { operationsOf } from '../kit/api-document-schema.ts'
import { problemSchema } from '../kit/problems.ts'
import type { ServiceProcess } from '../kit/testing/service-process.ts'
import { type TestDatabase, testDatabase } from '../kit/testing/test-database.ts'
import { type Alone, aloneNames, migrationsOf, openAlone, readOf, reads, tableOf } from './alone.ts'
import { serviceDocuments } from './service-documents.ts'
import { serviceSettings } from './service-settings.ts'

let alone: Alone
beforeAll(async () => {
  alone = await openAlone()
})
afterAll(() => alone.close())

type Sent = { method: string; path: string; body?: unknown; headers?: Readonly<Record<string, string>> }

const send = (service: ServiceProcess, { method, path, body, headers = {} }: Sent) =>
  fetch(service.url + path, {
    method,
    headers: { 'content-type': 'application/json', ...headers },
    ...(method === 'GET' ? {} : { body: JSON.stringify(body ?? {}) }),
  })
const leaks = /\bat .*\.[jt]s|node_modules|select |insert |relation|postgres|failpoint|\bv?\d+\.\d+\.\d+/i

async function expectHiddenFault(service: ServiceProcess, answer: Response): Promise<void> {
  const text = await answer.text()
  expect(answer.status, text).toBe(500)
  const problem = problemSchema.strict().parse(JSON.parse(text))
  expect(problem).toMatchObject({ code: 'internal/error', request_id: answer.headers.get('x-request-id') })
  expect(text).not.toMatch(leaks)
  const told = () => service.lines().find((line) => line.request_id === problem.request_id && 'error' in line)
  await expect.poll(told).toMatchObject({ level: 'ERROR', error: { stack: expect.stringMatching(/\n {4}at /) } })
}

describe.each(aloneNames)('%s', (name) => {
  let database: TestDatabase<unknown>
  let service: ServiceProcess
  beforeAll(async () => {
    database = await testDatabase<unknown>(migrationsOf[name], { poolSize: 3 })
    service = await alone.start(name, { DATABASE_URL: database.url })
  })
  afterAll(async () => {
    await service.kill()
    await database.drop()
  })

  test('X21: metrics are named by their unit, explained, there from the start, and those of the list', async () => {
    const text = await (await fetch(service.metricsUrl)).text()
    const types = [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, metric = '', type = '']) => ({ metric, type }))
    const own = types.filter(({ metric }) => !/^(process|nodejs)_/.test(metric))
    for (const { metric } of types) expect(text).toMatch(new RegExp(`^# HELP ${metric} \\S`, 'm'))
    for (const { metric, type } of own) expect(metric).toMatch(type === 'counter' ? /_total$/ : unit)
    for (const { metric } of own.filter(({ type }) => type === 'counter'))
      expect(text).toMatch(new RegExp(`^${metric}(\\{.*\\})? \\d`, 'm'))
    expect(text.split('\n').filter((line) => /^[a-z]/.test(line)).length).toBeLessThanOrEqual(2_000)
    const list = `${own
      .map(({ metric, type }) => `${metric} ${type}`)
      .toSorted()
      .join('\n')}\n`
    await expect(list).toMatchFileSnapshot(`golden/metrics-${name}.txt`)
  })

  test('X19: a fault in any operation is a 500 that tells nothing, and a line that tells all; then the next works', async () => {
    const document = (await serviceDocuments())[name]
    const failing = await alone.start(name, { DATABASE_URL: database.url, FAILPOINTS: 'http.before_handler:throw' })
    for (const { method, path } of operationsOf(document)) {
      const filled = path.replaceAll(/\{\w+\}/g, '0190c4b0-0000-7000-8000-000000000000')
      await expectHiddenFault(failing, await send(failing, { method: method.toUpperCase(), path: filled }))
    }
    expect((await fetch(`${failing.url}/health`)).status).toBe(200)
    await failing.kill()
  })

  test('X19: a fault of the database in the midst of an operation names no table, and passes with its cause', async () => {
    const method = readOf(name).body === undefined ? 'GET' : 'POST'
    const read = () => send(service, { method, ...readOf(name) })
    expect((await read()).status).toBe(reads[name].status)
    await renamed(database.kysely, { from: tableOf[name], to: 'gone' })
    await expectHiddenFault(service, await read())
    await renamed(database.kysely, { from: 'gone', to: tableOf[name] })
    expect((await read()).status).toBe(reads[name].status)
  })

  test('X33: seeding twice leaves the rows of the first time, and production is refused', async () => {
    const seed = (SHOP_ENV: string) => {
      const settings = serviceSettings({ usersUrl: 'http://127.0.0.1:9', catalogUrl: 'http://127.0.0.1:9' })[name]
      const main = fileURLToPath(new URL(`../${name}/main.ts`, import.meta.url))
      const env = { ...settings, ...demoPasswords, DATABASE_URL: database.url, SHOP_ENV }
      return promisify(execFile)(process.execPath, [main, 'seed'], { env })
    }
    await seed('test')
    const first = await allRows(database.kysely)
    expect(first.length).toBeGreaterThan(1)
    await seed('test')
    expect(await allRows(database.kysely)).toEqual(first)
    await expect(seed('prod')).rejects.toMatchObject({ code: 78 })
    expect(await allRows(database.kysely)).toEqual(first)
  })
})

/** Of what is no counter; `in_flight`, `state` and the like are fixed by the list of metrics. */
const unit =
  /_(seconds|bytes|connections|in_flight|degraded|state|units|products|available|active|unpublished|lag|events|parked)$/

const demoPasswords = {
  SEED_CUSTOMER_PASSWORD: 'a customer of the tests',
  SEED_ADMIN_PASSWORD: 'an admin of the tests',
}

async function renamed(database: Kysely<unknown>, { from, to }: { from: string; to: string }): Promise<void> {
  await sql`alter table ${sql.table(from)} rename to ${sql.table(to)}`.execute(database)
}

/** Every row of every table as text, in a fixed order. */
async function allRows(database: Kysely<unknown>): Promise<string[]> {
  const { rows: tables } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`.execute(database)
  const all: string[] = []
  for (const { name } of tables) {
    const { rows } = await sql<{ row: string }>`
      select to_jsonb(t)::text as row from ${sql.table(name)} as t order by 1`.execute(database)
    all.push(...rows.map(({ row }) => `${name} ${row}`))
  }
  return all
}
