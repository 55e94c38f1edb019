import { createServer, type Server } from 'node:http'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { listenForTest } from '../../observability/testing/listen-for-test.ts'
import { noPrometheus, type RealPrometheus, startRealPrometheus } from '../../observability/testing/real-prometheus.ts'
import { openPrometheus } from './open-prometheus.ts'

const signal = new AbortController().signal
const servers: Server[] = []
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))))
})

const answering = async (status: number, body: string): Promise<string> => {
  const server = createServer((_, response) => response.writeHead(status).end(body))
  servers.push(server)
  return listenForTest(server)
}

const ask = (url: string, more: { readonly answerSeconds?: number; readonly signal?: AbortSignal } = {}) =>
  openPrometheus({ url, signal, ...more }).query('up')

test.each([
  ['no server', async () => 'http://127.0.0.1:1', 'PROMETHEUS_SILENT', 'unknown'],
  ['a gateway without Prometheus', () => answering(502, '<html>bad gateway</html>'), 'PROMETHEUS_SILENT', 'unknown'],
  ['a page of something else', () => answering(200, '<html>welcome</html>'), 'PROMETHEUS_ANSWER', 'unknown'],
  [
    'another shape',
    () => answering(200, '{"status":"success","data":{"resultType":"vector","result":[{"value":[1,"soon"]}]}}'),
    'PROMETHEUS_ANSWER',
    'unknown',
  ],
  ['a closed door', () => answering(401, 'no'), 'PROMETHEUS_NOT_ALLOWED', 'refused'],
  [
    'a query that took too long there',
    () => answering(503, '{"status":"error","errorType":"timeout","error":"query timed out"}'),
    'PROMETHEUS_SILENT',
    'unknown',
  ],
])('%s is told apart, and no data is never made of it', async (_, open, code, outcome) => {
  const url = await open()
  const failure = ask(url)
  await expect(failure).rejects.toMatchObject({ code, outcome })
  await expect(failure).rejects.toMatchObject({ fix: [expect.stringContaining(url.replace('http://', ''))] })
})

test.each([
  [{}, ['curl -i http://127.0.0.1:1/-/ready']],
  [{ elsewhere: ['shopctl observe'] }, ['curl -i http://127.0.0.1:1/-/ready', 'shopctl observe']],
  [{ elsewhere: ['shopctl observability apply'], through: 'tunnel' as const }, ['shopctl observability apply']],
])(
  'silence comes with what to type, and an address that is gone with its tunnel is nothing to type (%j)',
  async (way, fix) => {
    const { query } = openPrometheus({ url: 'http://127.0.0.1:1', signal, ...way })
    await expect(query('up')).rejects.toMatchObject({ code: 'PROMETHEUS_SILENT', fix })
  },
)

test('a closed door comes with the form of an address that holds a name', async () => {
  const url = `${await answering(401, 'no')}/metrics`
  const fix = [`export SHOPCTL_PROMETHEUS_URL=${url.replace('http://', 'http://NAME:PASSWORD@')}`]
  await expect(ask(url)).rejects.toMatchObject({ fix })
})

test('a server that takes the question and is silent is given up after the deadline', async () => {
  const server = createServer(() => undefined)
  servers.push(server)
  const url = await listenForTest(server)
  const failure = ask(url, { answerSeconds: 0.1 })
  await expect(failure).rejects.toMatchObject({ code: 'PROMETHEUS_SILENT', why: ['no answer within 0.1 s'] })
  server.closeAllConnections()
})

test('an interrupt ends the question at once', async () => {
  const server = createServer(() => undefined)
  servers.push(server)
  const stop = new AbortController()
  const asked = ask(await listenForTest(server), { signal: stop.signal })
  stop.abort()
  await expect(asked).rejects.toMatchObject({ code: 'INTERRUPTED' })
  server.closeAllConnections()
})

test.each(['prometheus:9090', 'ftp://host', ''])('"%s" is no address', (url) => {
  expect(() => openPrometheus({ url, signal })).toThrow(expect.objectContaining({ code: 'PROMETHEUS_URL' }))
})

test('name and password of the address are sent and never shown', async () => {
  const seen: (string | undefined)[] = []
  const server = createServer((request, response) => {
    seen.push(request.headers.authorization)
    response.end('{"status":"success","data":{"resultType":"vector","result":[]}}')
  })
  servers.push(server)
  const url = (await listenForTest(server)).replace('http://', 'http://me:p%40ss@')
  const prometheus = openPrometheus({ url: `${url}/`, signal })
  expect(await prometheus.query('up')).toEqual([])
  expect(seen).toEqual([`Basic ${Buffer.from('me:p@ss').toString('base64')}`])
  expect(prometheus.url).not.toContain('@')
})

const title = `a real Prometheus${noPrometheus === null ? '' : ` (skipped: ${noPrometheus})`}`
describe.skipIf(noPrometheus !== null)(title, () => {
  let real: RealPrometheus
  beforeAll(async () => {
    const prometheus = { global: {}, rule_files: ['rules/*.yml'], scrape_configs: [{ job_name: 'none' }] }
    const alertmanager = { route: { receiver: 'anybody' }, receivers: [{ name: 'anybody' }] }
    const rule = { alert: 'Always', expr: 'vector(1) > 0', labels: { severity: 'warning' } }
    real = await startRealPrometheus({
      files: [
        { path: 'prometheus/prometheus.yml', text: JSON.stringify(prometheus) },
        { path: 'prometheus/rules/one.yml', text: JSON.stringify({ groups: [{ name: 'one', rules: [rule] }] }) },
        { path: 'alertmanager/alertmanager.yml', text: JSON.stringify(alertmanager) },
      ],
    })
  })
  afterAll(() => real?.end())

  const prometheus = () => openPrometheus({ url: real.url, signal })

  test('a vector, a scalar and the words for no number are read', async () => {
    const [sample] = await prometheus().query('label_replace(vector(0), "shop", "one", "", "")')
    expect(sample).toMatchObject({ labels: { shop: 'one' }, value: 0 })
    expect((await prometheus().query('1 / 4')).map(({ value }) => value)).toEqual([0.25])
    expect((await prometheus().query('vector(0) / 0')).map(({ value }) => value)).toEqual([Number.NaN])
    expect((await prometheus().query('vector(-1) / 0')).map(({ value }) => value)).toEqual([Number.NEGATIVE_INFINITY])
  })

  test('what nobody has scraped is no sample, and not a zero', async () => {
    expect(await prometheus().query('http_requests_in_flight')).toEqual([])
    expect(await prometheus().series('http_requests_in_flight')).toEqual([])
    expect(await prometheus().targets()).toEqual([])
  })

  test('a range is points, oldest first', async () => {
    const to = new Date()
    const from = new Date(to.getTime() - 60_000)
    const [series] = await prometheus().queryRange('vector(7)', { from, to, stepSeconds: 30 })
    expect(series?.points.map(({ value }) => value)).toEqual([7, 7, 7])
  })

  test('a wrong expression is a failure with its words, not silence', async () => {
    const failure = prometheus().query('sum(')
    await expect(failure).rejects.toMatchObject({ code: 'PROMETHEUS_QUERY', outcome: 'failed' })
    await expect(failure).rejects.toMatchObject({
      why: expect.arrayContaining(['sum(']),
      fix: [expect.stringMatching(/^curl -sS --data-urlencode 'query=sum\(' .*\/api\/v1\/query$/)],
    })
  })

  test('what fires is told', async () => {
    await expect
      .poll(() => prometheus().alerts(), { timeout: 15_000, interval: 200 })
      .toMatchObject([{ labels: { alertname: 'Always', severity: 'warning' }, state: 'firing' }])
  })
})
