import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { smokeChecks } from '../smoke/checks.ts'
import { exchange } from '../smoke/exchange.ts'
import { journeys } from '../smoke/journeys/journeys.ts'
import { type JourneyResult, runJourneys } from '../smoke/journeys/run-journeys.ts'
import { smokeReportSchema } from '../smoke/smoke-report.ts'
import { recordedAnswer } from '../smoke/testing/recorded-answers.ts'
import { type PlantedFault, startFaultyDoor } from './planted-faults.ts'
import { documentOf } from './published-schemas.ts'
import type { CommandResult } from './running-command.ts'
import { createShop, type Shop } from './shop.ts'
import { ask, bearer } from './shop-api.ts'
import { failureIn } from './shown-failure.ts'

let shop: Shop
const env = ['--env', 'local'] as const
const never = new AbortController().signal

beforeAll(async () => {
  shop = await createShop()
})
afterAll(() => shop.close())

const reportOf = (result: CommandResult) => {
  const document = documentOf(result)
  if (!document.ok) throw new Error(result.stdout)
  return smokeReportSchema.parse(document.result)
}

const redChecks = (result: CommandResult) =>
  reportOf(result).checks.flatMap(({ name, failure }) => (failure === null ? [] : [name]))

test('where nothing is deployed it is refused, with what to type', async () => {
  const result = await shop.run(['smoke', ...env])
  expect(result.code).toBe(3)
  expect(failureIn(result).what).toBe('NOTHING_DEPLOYED: Nothing is deployed to local.')
})

describe('a shop that is up', () => {
  const usersSchema = z.object({ data: z.array(z.object({ email: z.string() })) })

  /** Accounts that a journey made and that are still there. */
  const journeyAccounts = async () => {
    const { email, password } = await shop.demoLogin('admin')
    const token = await shop.api.logIn(email, password)
    const { text } = await ask(`${shop.url}/api/v1/users?limit=100`, { headers: bearer(token) })
    return usersSchema.parse(JSON.parse(text)).data.filter((user) => user.email.startsWith('journey-'))
  }

  const stock = async () => Object.fromEntries((await shop.api.products()).map(({ id }) => [id, shop.api.stock(id)]))
  const available = async () => {
    const all = await Promise.all(Object.values(await stock()))
    return Object.fromEntries(all.map((one) => [one.product_id, [one.quantity, one.reserved, one.available]]))
  }

  beforeAll(async () => {
    // Many journeys a minute come from one address here.
    await mkdir(shop.statePath(), { recursive: true })
    await writeFile(shop.statePath('settings.env'), 'users.RATE_LIMIT_REQUESTS=100000\n')
    await shop.deploy()
  })

  test('answers what the checks are tested with', async () => {
    const release = await shop.record(1)
    const answers = []
    for (const check of smokeChecks(release)) {
      const { method, path, headers = {}, body } = check
      const entry = { url: shop.url, headers: {} }
      const { answer } = await exchange(
        { method, path, headers, body: body?.() },
        { entry, seconds: 10, signal: never },
      )
      if (answer !== null) answers.push(recordedAnswer(check, answer))
    }
    const recording = join(import.meta.dirname, '..', 'smoke', 'golden', 'healthy-answers.json')
    await expect(`${JSON.stringify(answers, null, 2)}\n`).toMatchFileSnapshot(recording)
  })

  test('passes every check, as a table and as a document', async () => {
    const shown = await shop.run(['smoke', ...env])
    expect(shown.code, shown.stderr).toBe(0)
    expect(shown.stdout).toMatch(/^local \(release 1\) at http:\/\/\S+: 25 checks in \S+ \S+, and nothing is wrong\.$/m)
    expect(shown.stdout).toMatch(/^orders asks who is calling +orders +\d+ +ok$/m)

    const told = await shop.run(['smoke', ...env, '--json', '--only', 'catalog'])
    expect(reportOf(told)).toMatchObject({ verdict: 'passed', release: 1, entry: shop.url, journeys: [] })
    expect(new Set(reportOf(told).checks.map(({ service }) => service))).toEqual(new Set(['catalog']))
  })

  test('lets every journey through, which leaves no account, no stock and no order behind', async () => {
    const before = await available()
    const file = join(shop.root, 'reports', 'deep', 'smoke.xml')
    const result = await shop.run(['smoke', ...env, '--journeys', '--junit', file, '--json'])
    expect(result.code, result.stderr).toBe(0)
    const report = reportOf(result)
    expect(report.journeys.map(({ name, result: ended }) => [name, ended])).toEqual(
      journeys.map(({ name }) => [name, 'passed']),
    )
    expect(await journeyAccounts()).toEqual([])
    await expect.poll(available, { timeout: 20_000 }).toEqual(before)

    const xml = await readFile(file, 'utf8')
    const steps = report.journeys.flatMap((journey) => journey.steps)
    const cases = report.checks.length + steps.length + report.journeys.length
    expect(xml).toContain(`<testsuites name="shopctl smoke" tests="${cases}" failures="0" errors="0" skipped="0"`)
    expect(openElements(xml)).toEqual([])
  })

  test('refuses a file for JUnit that cannot be written, before anything is asked', async () => {
    const result = await shop.run(['smoke', ...env, '--junit', join(shop.root, 'package.json', 'smoke.xml')])
    expect(result.code).toBe(3)
    expect(failureIn(result).what).toMatch(/^JUNIT_NOT_WRITABLE: .*smoke\.xml cannot be written; nothing was asked\.$/)
  })

  test('makes no journeys where the money is real', async () => {
    const result = await shop.run(['smoke', '--env', 'prod', '--journeys'])
    expect(result.code).toBe(3)
    expect(failureIn(result).what).toBe('JOURNEYS_REFUSED: Journeys are not made in prod; nothing was asked.')
  })

  test.each(['SIGINT', 'SIGTERM'] as const)('takes away what journeys made after %s', async (signal) => {
    const result = await shop.run(['smoke', ...env, '--journeys', '--ui', 'plain'], {
      signalAfter: { signal, output: "Customers' journeys" },
    })
    expect(result.code, result.stdout).toBe(130)
    expect(failureIn(result).what).toBe(`INTERRUPTED: Interrupted by ${signal} while making journeys.`)
    expect(failureIn(result).why).toEqual(['what the journeys had made is taken away again'])
    expect(await journeyAccounts()).toEqual([])
  })

  describe('behind a door that answers one thing wrong', () => {
    const walk = async (fault: PlantedFault): Promise<readonly JourneyResult[]> => {
      const { entry, close } = await startFaultyDoor(shop.url, fault)
      const means = { entry, secondsPerStep: 10, interrupted: never, abandoned: never, keepSecret: () => undefined }
      // What this machine does a moment later it does within 3 s, and what is wrong for ever is wrong sooner.
      const sooner = journeys.map((journey) => ({
        ...journey,
        steps: journey.steps.map((step) => ({ ...step, withinSeconds: step.withinSeconds === null ? null : 3 })),
      }))
      return runJourneys(sooner, { ...means, lacks: () => null }).finally(close)
    }

    const unavailable = { status: 503, headers: { 'content-type': 'application/json' }, body: '{"code":"planted"}' }

    const on =
      (method: string, path: RegExp, wrong: Parameters<PlantedFault>[1] = unavailable): PlantedFault =>
      (request) =>
        request.method === method && path.test(request.path) ? wrong : null

    const account = 'a customer has an account'
    const visitor = 'a visitor finds a product'
    const buys = 'a customer buys, and gets the money back'
    const kept = 'a customer is kept from what is not theirs'

    const changed =
      (method: string, path: RegExp, change: (body: string) => string): PlantedFault =>
      (request, answer) =>
        request.method === method && path.test(request.path) ? { ...answer, body: change(answer.body) } : null

    const found = (status: number, method: string, path: RegExp): PlantedFault => {
      return (request, answer) =>
        request.method === method && path.test(request.path) && answer.status === status
          ? { status: 200, headers: { 'content-type': 'application/json' }, body: '{"code":"planted"}' }
          : null
    }

    test.each<readonly [string, string, PlantedFault]>([
      [account, 'ada changes her name', on('PUT', /users\/me$/)],
      [
        account,
        'ada reads what she changed',
        changed('GET', /users\/me$/, (body) => body.replace('Countess', 'Baroness')),
      ],
      [account, 'ada refreshes the token', on('POST', /auth\/refresh$/)],
      [account, "ada's token is over", found(401, 'GET', /users\/me$/)],
      [visitor, 'read what others say of it', on('GET', /reviews$/)],
      [
        visitor,
        'read what it is',
        changed('GET', /products\/[^/]+$/, (body) => body.replace(/"price":\d+/, '"price":1')),
      ],
      [buys, 'ada pays', on('POST', /payment$/)],
      [
        buys,
        'ada adds an item',
        changed('POST', /items$/, (body) => body.replace(/"subtotal_cents":\d+/, '"subtotal_cents":1')),
      ],
      [
        buys,
        'ada sees it paid',
        changed('GET', /orders\/[^/]+$/, (body) =>
          body.replace('"payment_status":"paid"', '"payment_status":"unpaid"'),
        ),
      ],
      [
        buys,
        'ada has an invoice',
        changed('GET', /invoice$/, (body) => body.replace(/"order_id":"[^"]*"/, '"order_id":"-"')),
      ],
      [buys, 'ada has the money back', changed('GET', /refunds$/, () => '{"data":[]}')],
      [kept, "bob does not find ada's order", found(404, 'GET', /orders\/[^/]+$/)],
      [kept, 'bob is no admin of users', found(403, 'GET', /users$/)],
      [kept, 'bob is no admin of stock', found(403, 'PUT', /inventory/)],
      [
        kept,
        'bob sees no order of others in his list',
        changed('GET', /api\/v1\/orders$/, (body) =>
          body.replace('"data":[]', '"data":[{"id":"-","status":"cancelled"}]'),
        ),
      ],
    ])('%s: %s', async (name, step, fault) => {
      const results = await walk(fault)
      const red = results.filter(({ result }) => result !== 'passed')
      expect(red.map((journey) => journey.name)).toEqual([name])
      const steps = red[0]?.steps ?? []
      const at = steps.findIndex(({ result }) => result === 'failed')
      expect(steps[at]).toMatchObject({ name: step, failure: expect.stringContaining(`${step}: `) })
      expect(steps.slice(at + 1).filter(({ result }) => result !== 'skipped')).toEqual([])
      expect(results.flatMap(({ leftBehind }) => leftBehind)).toEqual([])
      expect(await journeyAccounts()).toEqual([])
    })

    test('what cannot be taken away is told apart from what failed', async () => {
      const results = await walk(on('DELETE', /users\/me$/))
      expect(results.flatMap(({ steps }) => steps.filter(({ result }) => result !== 'passed'))).toEqual([])
      const left = results.flatMap(({ leftBehind }) => leftBehind)
      expect(left).toHaveLength(4)
      expect(left[0]).toMatch(/^the account journey-\S+@shop\.example \(answer 503 to its closing\)$/)
    })

    test('a shop without products is told, and fails nobody', async () => {
      const results = await walk(changed('GET', /api\/v1\/products$/, () => '{"data":[],"has_more":false}'))
      expect(results.map(({ result, reason }) => [result, reason])).toEqual([
        ['passed', null],
        ...[1, 2, 3].map(() => ['skipped', 'no product has 3 in stock, of 0 that are listed']),
      ])
    })
  })
})

/** Elements of an XML text that are not closed, or closed where they are not open. */
const openElements = (xml: string): readonly string[] => {
  const open: string[] = []
  for (const [, close = '', name = '', selfClosing = ''] of xml.matchAll(/<(\/?)([a-z]+)(?:\s[^<>]*?)?(\/?)>/g)) {
    if (selfClosing !== '') continue
    if (close === '') open.push(name)
    else if (open.pop() !== name) return [`</${name}>`]
  }
  return open
}

describe('a shop that is broken', () => {
  test('a service whose database is gone turns its own checks red', async () => {
    const settings = shop.statePath('secrets', 'foundations.json')
    const { databases } = z
      .object({ databases: z.record(z.string(), z.object({ migrationUrl: z.string() })) })
      .parse(JSON.parse(await readFile(settings, 'utf8')))
    const { default: pg } = await import('pg')
    const client = new pg.Client({ connectionString: databases.catalog?.migrationUrl })
    await client.connect()
    await client.query('alter table products rename to products_away')
    const result = await shop.run(['smoke', ...env, '--json'])
    await client.query('alter table products_away rename to products')
    await client.end()
    expect(result.code).toBe(5)
    expect(redChecks(result)).toContain('catalog lists products')
    expect(new Set(reportOf(result).checks.flatMap(({ failure, service }) => (failure ? [service] : [])))).toEqual(
      new Set(['catalog']),
    )
  })

  test('a front door that leads nowhere is exit 6, and what to type', async () => {
    const { edge } = shop.processIds()
    process.kill(edge ?? 0, 'SIGSTOP')
    const result = await shop.run(['smoke', ...env, '--timeout', '1'])
    process.kill(edge ?? 0, 'SIGCONT')
    expect(result.code, result.stdout).toBe(6)
    expect(failureIn(result).what).toBe(`UNREACHABLE: Nothing answers at ${shop.url}, where local should be.`)
    expect(failureIn(result).why[0]).toMatch(/no answer within 1 s$/)
    expect(failureIn(result).fix.join('\n')).toMatch(/status --env local/)
  })

  test('a service that was killed is exit 5, with its log to read', async () => {
    const { users } = shop.processIds()
    process.kill(users ?? 0, 'SIGKILL')
    await expect.poll(() => Object.keys(shop.processIds())).not.toContain('users')
    const result = await shop.run(['smoke', ...env, '--json'])
    expect(result.code).toBe(5)
    const red = reportOf(result).checks.filter(({ failure }) => failure !== null)
    expect(red.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['users is ready as it was released', 'users refuses a login that it does not know']),
    )
    expect(red.find(({ name }) => name === 'users asks who is calling')?.failure).toMatchObject({
      what: expect.stringContaining('GET /api/v1/users/me answered 503 instead of 401'),
      fix: [expect.stringMatching(/logs users --env local --tail 1000 --raw \| grep \S+$/)],
    })
    const shown = await shop.run(['smoke', ...env])
    expect(shown.stdout).toMatch(/^FAILED users asks who is calling$/m)
    expect(shown.stdout).toMatch(/^ {2}Fix: \S.* logs users --env local/m)
  })
})
