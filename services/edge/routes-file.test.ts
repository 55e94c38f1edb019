import { expect, test } from 'vitest'
import { parseRoutes } from './routes-file.ts'

const upstreams = { users: 'http://127.0.0.1:1', catalog: 'http://127.0.0.1:2', orders: 'http://[::1]:3' }
const good = {
  schema: 'shopctl.routes/1',
  generation: 7,
  current: { release: 41, upstreams },
  candidate: { release: 42, token: 'canary-token-0123456', reach: 'between-services', upstreams },
}

test('routes are read as they were written', () => {
  expect(parseRoutes(JSON.stringify(good))).toEqual({ ok: true, routes: good })
  const unnumbered = { ...good, current: { release: null, upstreams } }
  expect(parseRoutes(JSON.stringify(unnumbered))).toEqual({ ok: true, routes: unnumbered })
  const { reach: _, ...asBefore } = good.candidate
  const unsaid = { ...good, candidate: asBefore }
  expect(parseRoutes(JSON.stringify(unsaid))).toMatchObject({ routes: { candidate: { reach: 'by-token' } } })
  const empty = { ...good, current: null, candidate: null }
  expect(parseRoutes(JSON.stringify(empty))).toEqual({ ok: true, routes: empty })
})

test.each([
  ['not JSON', '{"schema":'],
  ['document', '[]'],
  ['schema', JSON.stringify({ ...good, schema: 'shopctl.routes/2' })],
  ['generation', JSON.stringify({ ...good, generation: -1 })],
  ['current', JSON.stringify({ ...good, current: undefined })],
  [
    'current.upstreams.orders',
    JSON.stringify({ ...good, current: { release: 41, upstreams: { ...upstreams, orders: undefined } } }),
  ],
  [
    'current.upstreams.orders',
    JSON.stringify({ ...good, current: { release: 41, upstreams: { ...upstreams, orders: 'http://h:1/x' } } }),
  ],
  ['current.release', JSON.stringify({ ...good, current: { release: 0, upstreams } })],
  ['candidate.token', JSON.stringify({ ...good, candidate: { ...good.candidate, token: 'short' } })],
])('a fault is refused with its place: %s', (place, text) => {
  const reading = parseRoutes(text)
  expect(reading).toMatchObject({ ok: false, reason: expect.stringContaining(place) })
})

test('a refusal never quotes a token', () => {
  const reading = parseRoutes(
    JSON.stringify({ ...good, candidate: { ...good.candidate, release: 'canary-token-0123456' } }),
  )
  expect(reading.ok).toBe(false)
  expect(JSON.stringify(reading)).not.toContain('canary-token')
})
