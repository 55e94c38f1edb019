import { Histogram, Registry } from 'prom-client'
import { expect, test } from 'vitest'
import { httpCounts } from './http-counts.ts'
import { parseExposition } from './parse-exposition.ts'

const counted = async (observe: (seconds: number, labels: Record<string, string>) => void, histogram: Registry) => {
  observe(0.01, { method: 'GET', route: '/api/v1/products', status_code: '200' })
  return parseExposition(await histogram.metrics()).series
}

const aHistogram = () => {
  const registry = new Registry()
  const name = 'http_request_duration_seconds'
  const labelNames = ['method', 'route', 'status_code']
  const histogram = new Histogram({ name, help: 'help', labelNames, buckets: [0.1, 0.25, 0.5], registers: [registry] })
  return { registry, observe: (seconds: number, labels: Record<string, string>) => histogram.observe(labels, seconds) }
}

test('requests are counted by route and status, with what they took together', async () => {
  const { registry, observe } = aHistogram()
  observe(0.03, { method: 'GET', route: '/api/v1/products', status_code: '200' })
  observe(0.02, { method: 'GET', route: '/api/v1/products', status_code: '500' })
  expect(httpCounts(await counted(observe, registry), new Map())).toEqual([
    { route: 'GET /api/v1/products', status: 200, requests: 2, seconds: 0.04, slow: null },
    { route: 'GET /api/v1/products', status: 500, requests: 1, seconds: 0.02, slow: null },
  ])
})

test('slow is what lies above the bucket next to the objective', async () => {
  const { registry, observe } = aHistogram()
  for (const seconds of [0.2, 0.24, 0.3, 7]) {
    observe(seconds, { method: 'GET', route: '/api/v1/products', status_code: '200' })
  }
  const slowerThan = new Map([['GET /api/v1/products', 0.2]])
  expect(httpCounts(await counted(observe, registry), slowerThan)).toMatchObject([{ requests: 5, slow: 2 }])
})

test('what asks whether a service lives is no user', async () => {
  const { registry, observe } = aHistogram()
  observe(0.2, { method: 'GET', route: '/health', status_code: '503' })
  expect(httpCounts(await counted(observe, registry), new Map())).toHaveLength(1)
})
