import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { checksThrough, closingChecks, smokeChecks } from './checks.ts'
import { runChecks } from './run-checks.ts'
import { byRequest, type RecordedAnswer, recordedAnswerSchema, recordedRelease } from './testing/recorded-answers.ts'

/** Recorded, and compared again with every run, by cli/e2e/smoke.e2e.test.ts. */
const recording = join(import.meta.dirname, 'golden', 'healthy-answers.json')
const healthy = z.array(recordedAnswerSchema).parse(JSON.parse(readFileSync(recording, 'utf8')))

type Fault = (answer: RecordedAnswer) => RecordedAnswer

const status =
  (wrong: number): Fault =>
  (answer) => ({ ...answer, status: wrong })

const header =
  (name: string, value: string): Fault =>
  (answer) => ({ ...answer, headers: { ...answer.headers, [name]: value } })

const without =
  (name: string): Fault =>
  (answer) => ({
    ...answer,
    headers: Object.fromEntries(Object.entries(answer.headers).filter(([key]) => key !== name)),
  })

const body =
  (from: string | RegExp, to: string): Fault =>
  (answer) => {
    const changed = answer.body.replace(from, to)
    if (changed === answer.body) throw new Error(`${from} is not in ${answer.body}`)
    return { ...answer, body: changed }
  }

/** For each check what a broken shop would answer: all of them are one fault away from a healthy one. */
const faults: Readonly<Record<string, readonly Fault[]>> = {
  'users is alive and of this release': [body(/"version":"0+"/, '"version":"57fb272b8b1b"'), status(503)],
  'catalog is alive and of this release': [body('product-catalog', 'order-management')],
  'orders is alive and of this release': [body('"ok"', '"unavailable"')],
  'the front door leads to this release': [body('"release":1', '"release":2')],
  'an unknown path is a problem with a request id': [
    header('content-type', 'text/html'),
    header('x-request-id', 'another-one'),
    body('"request_id":"smoke-0"', '"request_id":""'),
    status(200),
  ],
  'the API of the whole shop is described': [body('"/api/v1/orders":{}', '"/api/v1/other":{}'), status(500)],
  'readiness is not told outside': [status(200)],
  'metrics are not told outside': [status(200)],
  'calls between services are not open outside': [status(401)],
  'users publishes its keys, and only their public half': [
    body('"kty":"EC"', '"kty":"EC","d":"secret"'),
    body(/"keys":\[.*\]/, '"keys":[]'),
    header('cache-control', 'no-store'),
  ],
  'users refuses a login that it does not know': [status(200), status(500)],
  'users asks who is calling': [status(200), without('www-authenticate')],
  'users opens the links of its mails, and lets no other page in': [
    without('content-security-policy'),
    without('referrer-policy'),
    without('x-content-type-options'),
    header('content-security-policy', "default-src *; frame-ancestors 'none'"),
  ],
  'catalog lists products': [body('"data"', '"rows"'), status(500)],
  'catalog finds products by words': [status(500), body('"has_more":false', '"has_more":null')],
  'catalog lists categories': [body(/"id":"[^"]*"/, '"id":7')],
  'catalog knows which stock it does not have': [status(503), body('"code":"object', '"code":"request')],
  'catalog refuses a parameter that it does not know': [status(200)],
  'orders asks who is calling': [header('cache-control', 'public'), status(200)],
  'orders lets no page of another site read it': [header('access-control-allow-origin', '*')],
  'orders refuses a message that nobody signed': [status(200), body('"code":"webhook', '"code":"request')],
  'orders says which of its paths are none': [status(401)],
}

const signal = new AbortController().signal

/** A shop that answers as the recorded one did, but for one answer. */
const redOf = async (answers: readonly RecordedAnswer[]): Promise<readonly string[]> => {
  const find = byRequest(answers)
  const server = createServer((request, response) => {
    const {
      status: code = 418,
      headers = {},
      body: text = '',
    } = find(request.method ?? '', request.url ?? '', request.headers.origin) ?? {}
    request.resume().on('end', () => response.writeHead(code, headers).end(text))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : 0
  const entry = { url: `http://127.0.0.1:${port}`, headers: {} }
  const results = await runChecks(smokeChecks(recordedRelease), { entry, secondsPerCheck: 5, signal }).finally(() => {
    server.closeAllConnections()
    server.close()
  })
  return results.flatMap(({ check, failure }) => (failure === null ? [] : [`${check.name}: ${failure}`]))
}

test('what a healthy shop answered turns no check red', async () => {
  expect(await redOf(healthy)).toEqual([])
})

test('there is a fault for every check, and no other', () => {
  expect(Object.keys(faults).toSorted()).toEqual(
    smokeChecks(recordedRelease)
      .map(({ name }) => name)
      .toSorted(),
  )
})

test.each(Object.entries(faults).flatMap(([name, own]) => own.map((fault, index) => ({ name, fault, index }))))(
  'fault $index of "$name" turns exactly that check red',
  async ({ name, fault }) => {
    const red = await redOf(healthy.map((answer) => (answer.check === name ? fault(answer) : answer)))
    expect(red).toEqual([expect.stringMatching(new RegExp(`^${name}: (GET|POST) /\\S* `))])
  },
)

test('a check names what was asked, what came back and the request, and never a token', async () => {
  const leaky = body('{', '{"access_token":"ey.secret",')
  const login = 'users refuses a login that it does not know'
  const answers = healthy.map((answer) => (answer.check === login ? status(200)(leaky(answer)) : answer))
  const [failure = ''] = await redOf(answers)
  expect(failure).toContain('POST /api/v1/auth/login answered 200 instead of 401: {"access_token":"…"')
  expect(failure).not.toContain('secret')
})

test('a load balancer is asked for nothing that only a front door of our own leads to', () => {
  const asked = checksThrough(smokeChecks(recordedRelease), { reaches: 'routes' }).map(({ path }) => path)
  expect(asked).not.toContain('/openapi.json')
  expect(asked.filter((path) => path.startsWith('/health'))).toEqual([])
  expect(asked.length).toBeGreaterThan(10)
})

test('a deploy ends without what only costs', () => {
  const names = new Set(closingChecks(recordedRelease).map(({ name }) => name))
  const left = smokeChecks(recordedRelease).filter(({ name }) => !names.has(name))
  expect(left.map(({ path }) => path)).toEqual(['/openapi.json'])
})
