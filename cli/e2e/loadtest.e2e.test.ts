import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { parseKeptRun } from '../../loadtest/report/kept-run.ts'
import { documentOf, eventsOf } from './published-schemas.ts'
import { createShop, type Shop } from './shop.ts'
import { ask, bearer } from './shop-api.ts'

let shop: Shop
let admin: string

beforeAll(async () => {
  shop = await createShop()
  const early = await shop.run(['loadtest', 'run', '--env', 'local', '--profile', 'smoke'])
  expect(early).toMatchObject({ code: 3, stderr: expect.stringMatching(/^NOTHING_DEPLOYED: /) })
  await shop.deploy()
  const { email, password } = await shop.demoLogin('admin')
  admin = await shop.api.logIn(email, password)
})
afterAll(() => shop?.close())

const listSchema = z.object({ data: z.array(z.looseObject({ id: z.string() })), has_more: z.boolean() })

const listed = async (path: string) => {
  const answer = await ask(`${shop.url}${path}`, { headers: bearer(admin) })
  const { data, has_more: hasMore } = listSchema.parse(JSON.parse(answer.text))
  expect(hasMore).toBe(false)
  return data.toSorted((one, other) => (one.id < other.id ? -1 : 1))
}

/** All that a customer or an admin can still find, but for cancelled orders: their credit notes have to be kept. */
const whatIsThere = async () => ({
  products: await listed('/api/v1/products?limit=100'),
  categories: await listed('/api/v1/categories'),
  accounts: await listed('/api/v1/users?limit=100'),
  orders: (await ordersLeft()).length,
  notes: (await readdir(join(shop.root, '.shopctl', 'loadtest')).catch(() => [])).filter((name) =>
    name.endsWith('.made.json'),
  ),
})

const ordersLeft = async () => {
  const of = (status: string) => listed(`/api/v1/orders?limit=100&status=${status}`)
  return (await Promise.all(['draft', 'pending', 'paid', 'processing'].map(of))).flat()
}

/** A customer who has left is told so by an event: what they had not paid is cancelled a moment later. */
const expectNothingLeft = async (before: Awaited<ReturnType<typeof whatIsThere>>) => {
  await expect.poll(async () => (await ordersLeft()).length, { timeout: 20_000 }).toBe(before.orders)
  expect(await whatIsThere()).toEqual(before)
}

const smoke = ['loadtest', 'run', '--env', 'local', '--profile', 'smoke']
const resultSchema = z.object({
  verdict: z.enum(['met', 'missed', 'unknown']),
  files: z.object({ result: z.string(), report: z.string() }),
})

test('the smoke profile sends all three scenarios, is kept with its page, and leaves nothing behind', async () => {
  const before = await whatIsThere()
  const run = await shop.run([...smoke, '--duration', '10s', '--json', '--events', 'smoke.jsonl'])
  expect({ code: run.code, stderr: run.stderr }).toEqual({ code: 0, stderr: expect.any(String) })
  const document = documentOf(run)
  const { files, verdict } = resultSchema.parse(document.ok ? document.result : null)
  expect(verdict).toBe('met')
  const kept = parseKeptRun(await readFile(files.result, 'utf8'))
  expect(kept).toMatchObject({ environment: 'local', release: { number: 1 }, result: { partial: false } })
  const { totals, series } = kept.result
  expect(totals.started).toBe(totals.ok + totals.failed + totals.timed_out + totals.cancelled)
  expect(new Set(series.map(({ scenario }) => scenario))).toEqual(new Set(['users', 'catalog', 'orders']))
  expect(await readFile(files.report, 'utf8')).toMatch(/^<!doctype html>/i)
  const events = eventsOf(await readFile(join(shop.root, 'smoke.jsonl'), 'utf8'))
  const seconds = events.filter((event) => event.type === 'load.second')
  expect(seconds.length).toBeGreaterThanOrEqual(10)
  await expectNothingLeft(before)
})

test('a terminal shows a table of the endpoints while it runs', async () => {
  const run = await shop.run([...smoke, '--duration', '3s', '--ui', 'tty'], { tty: { columns: 100 } })
  expect(run.stdout).toContain('SCENARIO')
  expect(run.stdout).toContain('browse products')
  expect([0, 5, 6]).toContain(run.code)
})

test('an objective that is missed is told with its figure, and the exit code is 5', async () => {
  const args = ['loadtest', 'run', '--env', 'local', '--profile', 'throughput', '--rate', '20', '--duration', '6s']
  const { code, stdout } = await shop.run([...args, '--scenario', 'catalog', '--output', 'slow.json'])
  expect(code).toBe(5)
  expect(stdout).toMatch(/Not judged|out of reach: at most 20 a second/)
  expect(stdout).toMatch(/^MISSED: throughput of all requests > 1000 requests\/s; it is \d+(\.\d+)? requests\/s\.$/m)
  const kept = parseKeptRun(await readFile(join(shop.root, 'slow.json'), 'utf8'))
  expect(kept.result.scenarios.map(({ name }) => name)).toEqual(['catalog'])
})

test('an interrupt stops the load, keeps what there is of the result as partial, and leaves nothing behind', async () => {
  const before = await whatIsThere()
  const args = [
    '--users',
    '20',
    '--spawn-rate',
    '20',
    '--duration',
    '5m',
    '--events',
    'cut.jsonl',
    '--output',
    'cut.json',
  ]
  const run = shop.start([...smoke, ...args])
  await run.waitFor(/Z 5 s, /)
  const interruptedAt = Date.now()
  run.kill('SIGINT')
  const { code, stderr } = await run.result()
  expect({ code, stderr }).toEqual({ code: 130, stderr: expect.stringMatching(/^INTERRUPTED: .*sending the load/) })
  const { result } = parseKeptRun(await readFile(join(shop.root, 'cut.json'), 'utf8'))
  expect(result.partial).toBe(true)
  expect(result.totals.usersNotCleanedUp).toBe(0)
  const events = eventsOf(await readFile(join(shop.root, 'cut.jsonl'), 'utf8'))
  const last = events.findLast((event) => event.type === 'load.second')
  expect(new Date(last?.time ?? 0).getTime() - interruptedAt).toBeLessThan(5_000)
  const order = events.flatMap((event) => (event.type === 'step.finished' ? [event.step] : []))
  expect(order.indexOf('keep-result')).toBeLessThan(order.indexOf('remove-data'))
  await expectNothingLeft(before)
})

test('what a killed run has left behind the next one removes', async () => {
  const before = await whatIsThere()
  const killed = shop.start([...smoke, '--duration', '5m'])
  await killed.waitFor(/Z 3 s, /)
  killed.kill('SIGKILL')
  await killed.result()
  expect((await whatIsThere()).products.length).toBeGreaterThan(before.products.length)
  const next = await shop.run([...smoke, '--duration', '2s'])
  expect([0, 5, 6], next.stderr).toContain(next.code)
  await expectNothingLeft(before)
})

test.each([
  [['--profile', 'smok'], 64, 'UNKNOWN_PROFILE: There is no profile "smok"; did you mean "smoke"?'],
  [['--scenario', 'order'], 64, 'UNKNOWN_SCENARIO: There is no scenario "order"; did you mean "orders"?'],
  [['--rate', '10'], 64, 'PROFILE_UNFIT: The profile default cannot be run like that'],
  [['--duration', '5'], 64, 'A duration is like 90s, 5m or 2h, not "5".'],
])('%j is wrong usage, and nothing is sent', async (args, code, says) => {
  const run = await shop.run(['loadtest', 'run', '--env', 'local', ...args])
  expect({ code: run.code, stderr: run.stderr }).toEqual({ code, stderr: expect.stringContaining(says) })
})

test.each([
  [['--profile', 'smoke', '--users', '2'], 'NOT_CONFIRMED: '],
  [['--yes'], 'LOAD_REFUSED: '],
  [['--profile', 'smoke', '--users', '2', '--scenario', 'orders', '--yes'], 'LOAD_REFUSED: '],
])('prod with %j is refused before anybody asks for it', async (args, says) => {
  const run = await shop.run(['loadtest', 'run', '--env', 'prod', ...args])
  expect({ code: run.code, stderr: run.stderr }).toEqual({ code: 3, stderr: expect.stringContaining(says) })
})

test('a shop that is down is said to be, before anything is made', async () => {
  await shop.run(['down', '--env', 'local', '--yes'])
  const { code, stderr } = await shop.run(smoke)
  expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringMatching(/^NOT_UP: local is down/) })
})
