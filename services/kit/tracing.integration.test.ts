import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { createMetrics } from './metrics.ts'
import { openPeer } from './peer.ts'
import { createPeerMetrics } from './peer-metrics.ts'
import { peerPolicies } from './peer-policies.ts'
import { traced } from './request-scope.ts'
import { createRoutes, forwardedHeaders } from './routes.ts'
import { closedPort, type ScriptedServer, scriptedServer } from './testing/scripted-server.ts'
import { keptLog, testApp } from './testing/test-app.ts'
import { type TestDatabase, testDatabase } from './testing/test-database.ts'
import { exportSchema, spanKinds } from './testing/trace-collector.ts'
import { startTracing } from './tracing.ts'

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
const callerSpan = '00f067aa0ba902b7'
const sampled = `00-${traceId}-${callerSpan}-01`
const notSampled = `00-${traceId}-${callerSpan}-00`

let collector: ScriptedServer
let peerServer: ScriptedServer
let database: TestDatabase<unknown>

beforeAll(async () => {
  collector = await scriptedServer()
  peerServer = await scriptedServer()
  database = await testDatabase([], { poolSize: 4 })
})
afterAll(async () => {
  await Promise.all([collector.close(), peerServer.close(), database.drop()])
})
beforeEach(() => {
  collector.forget()
  peerServer.forget()
  collector.script(() => ({ status: 200, json: {} }))
  peerServer.script(() => ({ status: 200, json: { good: true } }))
})

/** An application whose one route asks the database, another service, and computes something. */
function tracedApp(endpoint: string, ratio: number) {
  const peer = openPeer({
    name: 'catalog',
    url: peerServer.url,
    policy: peerPolicies.catalog,
    metrics: createPeerMetrics(createMetrics()),
    logger: keptLog().logger,
  })
  const routes = createRoutes()
  routes.get('/things/:id', async (c) => {
    await sql`select ${1}::int as one`.execute(database.kysely)
    await database.kysely.transaction().execute((transaction) => sql`select 2`.execute(transaction))
    await peer.call({
      method: 'GET',
      path: '/thing',
      forwarded: forwardedHeaders(c),
      effect: 'repeatable',
      answers: z.object({ status: z.literal(200) }),
    })
    return c.json(await traced('hash', async () => 'hashed'))
  })
  routes.get('/broken', async () => {
    await sql`select no_such_column`.execute(database.kysely)
    throw new Error('not reached')
  })
  const tracing = startTracing({ endpoint, ratio, resource: { 'service.name': 'catalog', 'k8s.pod.name': undefined } })
  const { app, lines } = testApp(routes, { tracing })
  const get = (path: string, traceparent?: string) =>
    app.request(path, { headers: traceparent === undefined ? {} : { traceparent } })
  return { get, lines, tracing, close: () => peer.close() }
}

const exported = () => collector.calls.map(({ body }) => exportSchema.parse(body)).flatMap((body) => body.resourceSpans)
const spans = () =>
  exported()
    .flatMap(({ scopeSpans }) => scopeSpans)
    .flatMap(({ spans: some }) => some)

test('a request, its statements, its calls and its hash are one trace, which goes on in the service that is asked', async () => {
  const traced = tracedApp(collector.url, 0)
  expect((await traced.get('/things/7', sampled)).status).toBe(200)
  await traced.tracing.close()
  traced.close()

  const byName = Object.fromEntries(spans().map((span) => [span.name, span]))
  const request = byName['GET /things/:id']
  expect(request).toMatchObject({ traceId, parentSpanId: callerSpan, kind: spanKinds.server })
  expect(request?.attributes).toMatchObject({
    'http.request.method': 'GET',
    'http.route': '/things/:id',
    'http.response.status_code': 200,
  })
  for (const [name, kind] of [
    ['select', spanKinds.client],
    ['begin', spanKinds.client],
    ['commit', spanKinds.client],
    ['GET catalog', spanKinds.client],
    ['hash', spanKinds.internal],
  ] as const) {
    expect(byName[name]).toMatchObject({ traceId, parentSpanId: request?.spanId, kind })
  }
  expect(peerServer.calls[0]?.headers.traceparent).toBe(`00-${traceId}-${byName['GET catalog']?.spanId}-01`)
  expect(exported()[0]?.resource.attributes).toEqual({ 'service.name': 'catalog' })
  expect(traced.lines().at(-1)).toMatchObject({ route: '/things/:id', trace_id: traceId })
  expect(collector.calls[0]?.path).toBe('/v1/traces')
})

test('who began a trace decides whether it is recorded; where it begins here the ratio does', async () => {
  const all = tracedApp(collector.url, 1)
  expect((await all.get('/things/7', notSampled)).status).toBe(200)
  const [call] = peerServer.calls
  expect(call?.headers.traceparent).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`))
  await all.get('/things/8', '00-of-another-form')
  await all.tracing.close()
  all.close()
  const roots = spans().filter(({ kind }) => kind === spanKinds.server)
  expect(roots).toHaveLength(1)
  expect(roots[0]?.parentSpanId ?? '').toBe('')
  expect(roots[0]?.traceId).not.toBe(traceId)

  collector.forget()
  const none = tracedApp(collector.url, 0)
  await none.get('/things/7')
  await none.tracing.close()
  none.close()
  expect(spans()).toEqual([])
})

test('a failure is marked with its kind, and nothing of its text is sent', async () => {
  const failing = tracedApp(collector.url, 1)
  expect((await failing.get('/broken')).status).toBe(500)
  await failing.tracing.close()
  failing.close()
  const failed = spans().map(({ name, status }) => [name, status.code])
  expect(failed.toSorted()).toEqual([
    ['GET /broken', 2],
    ['select', 2],
  ])
  expect(JSON.stringify(exported())).not.toContain('does not exist')
})

test('a collector that is gone, refuses or hangs costs no request anything', async () => {
  const gone = `http://127.0.0.1:${await closedPort()}`
  const startedAt = performance.now()
  for (const [endpoint, answer] of [
    [gone, undefined],
    [collector.url, 'hang'],
    [collector.url, { status: 400, text: 'no' }],
  ] as const) {
    collector.script(() => answer)
    const app = tracedApp(endpoint, 1)
    expect((await app.get('/things/7')).status).toBe(200)
    void app.tracing.close()
    expect((await app.get('/things/7')).status).toBe(200)
    app.close()
  }
  expect(performance.now() - startedAt).toBeLessThan(5_000)
})
