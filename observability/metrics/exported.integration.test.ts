import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ServiceName, serviceNames } from '../../services/registry.ts'
import { openShop, type Shop } from '../../services/testing/shop.ts'
import { serviceLevelObjectives } from '../objectives.ts'
import { runtimeMetrics, serviceMetrics } from './service-metrics.ts'

type Exported = { readonly name: string; readonly type: string; readonly labels: readonly string[] }

let shop: Shop
const texts = new Map<ServiceName, string>()
beforeAll(async () => {
  shop = await openShop()
  for (const path of ['/api/v1/products', '/api/v1/products/unknown', '/nobody-knows'])
    await fetch(`${shop.services.catalog.url}${path}`)
  await fetch(`${shop.services.users.url}/api/v1/users/me`)
  await fetch(`${shop.services.orders.url}/api/v1/orders`)
  for (const name of serviceNames) texts.set(name, await (await fetch(shop.services[name].metricsUrl)).text())
})
afterAll(() => shop?.close())

const isOwn = (name: string): boolean => !/^(process|nodejs)_/.test(name)

/** Label names of all series of a metric, without `le`. */
const labelsOf = (text: string, name: string): readonly string[] => {
  const series = [...text.matchAll(new RegExp(`^${name}(?:_bucket|_sum|_count)?(?:\\{(.*)\\})? `, 'gm'))]
  const names = series.flatMap(([, labels = '']) => [...labels.matchAll(/(\w+)="/g)].map(([, label = '']) => label))
  return [...new Set(names)].filter((label) => label !== 'le').toSorted()
}

const exportedBy = (service: ServiceName): readonly Exported[] => {
  const text = texts.get(service) ?? ''
  return [...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(([, name = '', type = '']) => ({
    name,
    type,
    labels: labelsOf(text, name),
  }))
}

const byName = (left: Exported, right: Exported): number => left.name.localeCompare(right.name)

/** No series while no product is low, and before garbage was first collected. */
const mayBeEmpty = new Set(['inventory_low_available', 'nodejs_gc_duration_seconds'])

const comparable = ({ name, type, labels }: Exported): Exported => ({
  name,
  type,
  labels: mayBeEmpty.has(name) ? [] : labels.toSorted(),
})

test.each(serviceNames)('X21: %s exports what the catalogue says, and of its own nothing beside it', (service) => {
  const listed = serviceMetrics.filter(({ services }) => services.includes(service)).map(comparable)
  const exported = exportedBy(service)
    .filter(({ name }) => isOwn(name))
    .map(comparable)
  expect(exported.toSorted(byName)).toEqual(listed.toSorted(byName))
})

test.each(serviceNames)('%s exports the metrics of its process that somebody looks at', (service) => {
  const exported = exportedBy(service).map(comparable)
  expect(exported).toEqual(expect.arrayContaining(runtimeMetrics.map(comparable)))
})

test('an objective for a time has a bucket that ends there', () => {
  const text = texts.get('catalog') ?? ''
  const buckets = new Set(
    [...text.matchAll(/^http_request_duration_seconds_bucket\{.*le="([^"]+)"/gm)].map(([, le]) => le),
  )
  const thresholds = serviceLevelObjectives.flatMap(({ indicator }) =>
    indicator.kind === 'latency' ? [String(indicator.thresholdSeconds)] : [],
  )
  expect(thresholds.filter((threshold) => !buckets.has(threshold))).toEqual([])
})

test('requests are counted by the template of their route, as objectives name it', () => {
  expect(texts.get('catalog')).toMatch(/^http_request_duration_seconds_count\{.*route="\/api\/v1\/products\/:id"/m)
  expect(texts.get('catalog')).toMatch(/^http_request_duration_seconds_count\{.*route="unmatched"/m)
})
