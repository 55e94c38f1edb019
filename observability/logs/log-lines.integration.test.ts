import { beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { serviceNames, services } from '../../services/registry.ts'
import { findCanaries } from '../../services/users/testing/canaries.ts'
import { logFields, loggingServices } from './log-fields.ts'
import { logFilters } from './pipeline/log-filters.ts'
import { edgeLines } from './testing/edge-lines.ts'
import { mappingFaults } from './testing/fits-mapping.ts'
import { lineFaults } from './testing/line-faults.ts'
import { runFilters } from './testing/run-filters.ts'
import { type Story, shopStory, typedByCustomer } from './testing/shop-story.ts'

let story: Story
beforeAll(async () => {
  story = await shopStory()
}, 120_000)

const anyLine = z.record(z.string(), z.unknown())
const parsedOf = (service: string) => (story.lines[service] ?? []).map((line) => anyLine.parse(JSON.parse(line)))
const has = (facts: Readonly<Record<string, unknown>>) => expect.objectContaining(facts)

/** What has to be among the lines of each, so that no kind is missing unseen. */
const kinds: Readonly<Record<(typeof loggingServices)[number], readonly Readonly<Record<string, unknown>>[]>> = {
  'user-management': [
    { message: 'listening' },
    { route: '/api/v1/auth/register', status_code: 202 },
    { route: '/api/v1/auth/login', status_code: 401 },
    { message: 'event published', type: 'user.registered.v1' },
    { message: 'ended' },
  ],
  'product-catalog': [
    { message: 'event handled', consumer: 'catalog-purchases' },
    { level: 'ERROR', message: 'request failed', error: has({ code: '42P01', stack: expect.any(String) }) },
    { level: 'ERROR', route: '/api/v1/products/:id/reviews', status_code: 500 },
    { level: 'DEBUG', route: '/health', status_code: 200 },
    { message: 'ended' },
  ],
  'order-management': [
    { route: '/api/v1/orders/:id/payment', status_code: 200, user_id: expect.any(String) },
    { message: 'payment provider answered', peer: 'simulated' },
    { message: 'mail order_paid sent' },
    { message: 'shutting down' },
  ],
  edge: [
    { message: 'routes loaded' },
    { route: 'unmatched', status_code: 404, path: '/nowhere/a%0A%E2%80%A8%1B%5B31m' },
    { route: '/api/v1/products', status_code: 499, message: 'the client left' },
    { route: '/api/v1/users', status_code: 401, path: '/api/v1/users/me' },
  ],
}

test.each(loggingServices)(
  'X20: every line of %s is as the published schema says, with fields of its types',
  (name) => {
    const lines = story.lines[name] ?? []
    expect(lines.flatMap(lineFaults)).toEqual([])
    const parsed = parsedOf(name)
    for (const kind of kinds[name]) expect(parsed).toContainEqual(has(kind))
    if (name === 'edge') return
    expect(
      parsed.filter(({ namespace, pod }) => namespace !== 'ecommerce-test' || pod !== `${name}-7d9f-x2x9k`),
    ).toEqual([])
  },
)

test('X20: every request has one access line at the edge, and one at the service that it reached', () => {
  const outside = parsedOf('edge').filter(({ listener, upstream }) => listener === 'public' && upstream !== undefined)
  expect(outside.length).toBeGreaterThan(8)
  const linesOf = ({ upstream, request_id, route }: Record<string, unknown>) => {
    const reached = serviceNames.find((name) => name === upstream) ?? 'users'
    const own = (line: Record<string, unknown>) => line.request_id === request_id
    const atService = parsedOf(services[reached].longName).filter(own)
    return [
      parsedOf('edge').filter(own).length,
      atService.filter((line) => String(line.route).startsWith(String(route))).length,
    ]
  }
  expect(outside.map(linesOf)).toEqual(outside.map(() => [1, 1]))
})

test('A10, O26: nothing that a customer typed, and no token, is in any line', () => {
  const places = loggingServices.map((name) => ({ name, text: (story.lines[name] ?? []).join('\n') }))
  expect(findCanaries({ ...typedByCustomer, ...story.secrets }, places)).toEqual([])
})

test('every line passes the pipeline’s filters as it is: no tag, no field of another type, taken by the index', () => {
  const filters = logFilters('ecommerce-test')
  for (const name of loggingServices) {
    for (const line of story.lines[name] ?? []) {
      const given = anyLine.parse(JSON.parse(line))
      const kubernetes = { namespace: 'ecommerce-test', pod: { name: `${name}-7d9f-x2x9k` } }
      const document = runFilters(filters, { message: line, stream: 'stdout', kubernetes })
      expect(mappingFaults(document)).toEqual([])
      expect([line, document.tags, document['@timestamp']]).toEqual([line, [], given.timestamp])
      const fields = logFields.filter((field) => given[field.name] !== undefined)
      for (const field of fields) expect([field.name, document[field.name]]).toEqual([field.name, given[field.name]])
    }
  }
})

test('the edge’s own program writes such lines from its start to its end, and where it may not start', async () => {
  const place = { NAMESPACE: 'ecommerce-test', POD_NAME: 'edge-7d9f-x2x9k', SERVICE_VERSION: '1.4.0' }
  const whole = await edgeLines({ ...place, PORT: '0', EDGE_ROUTES_FILE: '/nowhere/routes.json' })
  const refused = await edgeLines({ ...place, PORT: 'canary-in-a-port' })
  expect([...whole, ...refused].flatMap(lineFaults)).toEqual([])
  const messages = whole.map((line) => anyLine.parse(JSON.parse(line)).message)
  expect(messages).toEqual(['routes loaded', 'listening', 'stopping', 'stopped'])
  expect(refused.join('\n')).toMatch(/"level":"FATAL".*EDGE_ROUTES_FILE/)
  expect(refused.join('\n')).not.toContain('canary-in-a-port')
})
