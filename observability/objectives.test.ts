import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { durationBuckets } from '../services/kit/metrics.ts'
import { endpointObjectives, serviceLevelObjectives } from './objectives.ts'

const documentSchema = z.looseObject({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) })

/** `GET /api/v1/products/:id`: as a service's metrics name what its API document describes. */
const routesOf = (service: string): ReadonlySet<string> => {
  const file = join(import.meta.dirname, '..', 'services', service, 'golden', 'openapi.json')
  const { paths } = documentSchema.parse(JSON.parse(readFileSync(file, 'utf8')))
  return new Set(
    Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`),
    ),
  )
}

test('the ids of objectives stay: series, alerts and people name them', () => {
  expect(serviceLevelObjectives.map(({ id, targetRatio }) => `${id} ${targetRatio}`)).toMatchInlineSnapshot(`
    [
      "users-availability 0.999",
      "users-latency 0.95",
      "catalog-availability 0.999",
      "catalog-latency 0.95",
      "orders-availability 0.999",
      "orders-latency 0.95",
      "browse-availability 0.999",
      "browse-latency 0.99",
      "sign-in-availability 0.999",
      "sign-in-latency 0.95",
      "checkout-availability 0.999",
      "checkout-latency 0.95",
    ]
  `)
})

test.each(serviceLevelObjectives)('$id names requests that its service has', ({ service, requests }) => {
  const known = routesOf(service)
  const named = (requests?.routes ?? []).map((route) => `${requests?.method} ${route}`)
  expect(named.filter((route) => !known.has(route))).toEqual([])
})

test.each(endpointObjectives)('"$endpoint" is a request of $service', ({ service, method, route }) => {
  expect(routesOf(service)).toContain(`${method} ${route}`)
})

test.each(serviceLevelObjectives)('$id can be measured: a share below 1, and a bucket at its time', (objective) => {
  expect(objective.targetRatio).toBeGreaterThan(0.5)
  expect(objective.targetRatio).toBeLessThan(1)
  const { indicator } = objective
  if (indicator.kind === 'latency') expect(durationBuckets).toContain(indicator.thresholdSeconds)
})
