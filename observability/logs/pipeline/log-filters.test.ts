import fc from 'fast-check'
import { expect, test } from 'vitest'
import { logFields } from '../log-fields.ts'
import { mappingFaults } from '../testing/fits-mapping.ts'
import { type LogEvent, runFilters } from '../testing/run-filters.ts'
import { logFilters } from './log-filters.ts'

const filters = logFilters('ecommerce-staging')
/** As Filebeat hands a container's line on. */
const fromPod = (message: string, stream = 'stdout') => ({
  message,
  stream,
  kubernetes: {
    namespace: 'ecommerce-staging',
    pod: { name: 'order-management-7d9f-x2x9k' },
    node: { name: 'node-1' },
    container: { name: 'orders' },
    labels: { 'app_kubernetes_io/name': 'order-management' },
  },
  agent: { type: 'filebeat' },
  host: { name: 'node-1' },
})
const parsed = (line: Readonly<Record<string, unknown>>): LogEvent => runFilters(filters, fromPod(JSON.stringify(line)))

test('a service’s line becomes a document of its fields, with where it is from by Kubernetes’ word', () => {
  const timestamp = '2026-11-24T02:20:16.443Z'
  const line = {
    timestamp,
    level: 'INFO',
    message: 'POST /api/v1/orders 201',
    namespace: 'ecommerce-prod',
    pod: 'mine',
  }
  const document = parsed({ ...line, service: 'order-management', status_code: 201, duration_ms: 40.8, count: 3 })
  expect(document).toEqual({
    ...line,
    '@timestamp': timestamp,
    service: 'order-management',
    status_code: 201,
    duration_ms: 40.8,
    details: { count: '3' },
    namespace: 'ecommerce-staging',
    pod: 'order-management-7d9f-x2x9k',
    node: 'node-1',
    container_name: 'orders',
    tags: [],
  })
})

test.each([
  ['plain text', 'Killed: out of memory'],
  ['half of an object', '{"level":"INFO","message":"cut o'],
  ['a number', '42'],
  ['a list', '["level"]'],
  ['null', 'null'],
])('%s is kept as it is, with a tag', (_, text) => {
  const event = runFilters(filters, fromPod(text))
  expect(event).toMatchObject({ message: text, service: 'order-management', level: 'INFO' })
  expect(event.tags).toContain('not_json')
})

test('plain text on stderr is found by who looks for errors', () => {
  expect(runFilters(filters, fromPod('FATAL ERROR: heap out of memory', 'stderr'))).toMatchObject({ level: 'ERROR' })
})

test.each([
  ['warning', 'WARN', []],
  ['err', 'ERROR', []],
  ['Trace', 'DEBUG', []],
  ['loud', 'LOUD', ['unknown_level']],
])('level %s is %s', (given, level, tags) => {
  const event = parsed({ level: given, timestamp: '2026-11-24T02:20:16Z' })
  expect([event.level, event.tags]).toEqual([level, tags])
})

test.each([
  ['2026-11-24T02:20:16.443Z', '2026-11-24T02:20:16.443Z'],
  ['2026-11-24T03:20:16+01:00', '2026-11-24T02:20:16.000Z'],
])('the time of a line is %s, in UTC', (timestamp, time) => {
  expect(parsed({ timestamp })).toMatchObject({ '@timestamp': time, tags: [] })
})

test.each(['yesterday', '2026-02-30T00:00:00Z', '9999-01-01T00:00:00Z', '1970-01-01T00:00:00Z'])(
  '%s makes no index of its own: such a line has the time at which it was read',
  (timestamp) => {
    const event = parsed({ timestamp })
    expect(event).toMatchObject({ '@timestamp': '2026-01-01T00:00:00.000Z', timestamp })
    expect(event.tags).toContain('no_timestamp')
  },
)

test.each(['ecommerce-prod/../x', 'kube-system', 'ECOMMERCE-PROD', `ecommerce-${'x'.repeat(60)}`, '', 7])(
  'what comes by TCP and says it is from %j makes no index of that name',
  (namespace) => {
    const event = runFilters(filters, { message: JSON.stringify({ namespace, message: 'by TCP' }), port: 40_000 })
    expect(event).toMatchObject({ namespace: 'unknown', message: 'by TCP' })
    expect(event.tags).toContain('strange_namespace')
  },
)

test('what comes by TCP may be from any namespace of the shop', () => {
  const event = runFilters(filters, { message: '{"namespace":"ecommerce-dev","message":"by TCP"}' })
  expect(event).toMatchObject({ namespace: 'ecommerce-dev' })
})

test('an address of the world is looked up, one of a private network is not; a client’s program is', () => {
  const asked: string[] = []
  const lookups = {
    place: (ip: string) => {
      asked.push(ip)
      return { country_code2: 'DE' }
    },
    program: () => ({ name: 'curl' }),
  }
  const run = (line: object) => runFilters(filters, fromPod(JSON.stringify(line)), lookups)
  for (const ip of ['10.0.3.7', '127.0.0.1', '172.20.1.1', '192.168.1.1', '::1', 'fd00::1', 'nowhere']) run({ ip })
  expect(run({ ip: '203.0.113.7', user_agent: 'curl/8' })).toMatchObject({
    geo: { country_code2: 'DE' },
    client: { name: 'curl' },
  })
  expect(run({ ip: '2001:db8::7' })).toMatchObject({ geo: { country_code2: 'DE' } })
  expect(asked).toEqual(['203.0.113.7', '2001:db8::7'])
})

test('a field of another type is kept as text beside the line, which is found all the same', () => {
  const event = parsed({ level: 30, user_id: { id: 1 }, status_code: '200', error: ['no'], message: 'strange' })
  expect(event).toMatchObject({
    message: 'strange',
    level: 'INFO',
    malformed: { level: '30', user_id: '{"id":1}', status_code: '200', error: '["no"]' },
  })
  expect(event.tags).toContain('wrong_type')
  expect(parsed({ error: 'boom' })).toMatchObject({ error: { message: 'boom' } })
})

const known = fc.constantFrom(...logFields.map(({ name }) => name))
const name = fc.oneof(
  known,
  fc.string(),
  fc.constantFrom('tags', '@timestamp', 'kubernetes', 'a.b', '__proto__', '[x]'),
)
const line = fc.oneof(
  fc.string(),
  fc.json(),
  fc.dictionary(name, fc.jsonValue()).map((fields) => JSON.stringify(fields)),
)

test('whatever a line says, it is kept, is one of the shop’s indices, and no line can be refused for its types', () => {
  fc.assert(
    fc.property(line, fc.boolean(), (text, byTcp) => {
      const event = runFilters(filters, byTcp ? { message: text } : fromPod(text))
      expect(mappingFaults(event)).toEqual([])
      expect(event.namespace).toMatch(byTcp ? /^(unknown|ecommerce-[a-z0-9-]{1,40})$/ : /^ecommerce-staging$/)
      expect(event['@timestamp']).toMatch(/^20\d\d-/)
      expect(typeof event.level).toBe('string')
      if (event.tags.includes('not_json')) expect(event.message).toBe(text)
    }),
    { numRuns: 2_000 },
  )
})

/** Of JavaScript alone `__proto__` is none. */
const fieldName = fc.stringMatching(/^[a-z_]{1,20}$/).filter((text) => text !== '__proto__')

test('nothing that a line says is lost', () => {
  fc.assert(
    fc.property(fc.dictionary(fieldName, fc.jsonValue()), (fields) => {
      const document = JSON.stringify(runFilters(filters, { message: JSON.stringify(fields) }))
      for (const [field, value] of Object.entries(fields)) {
        if (value === null || field === 'namespace' || field === 'level') continue
        expect(document).toContain(JSON.stringify(field))
        if (typeof value === 'string') expect(document).toContain(JSON.stringify(value))
      }
    }),
    { numRuns: 500 },
  )
})
