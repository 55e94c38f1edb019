import { expect, test } from 'vitest'
import type { InstanceMetrics } from '../../platforms/platform.ts'
import { aRelease } from '../../releases/testing/a-release.ts'
import { prometheusSource } from './counts-source.ts'

const route = { method: 'GET', route: '/api/v1/products', status_code: '200' }
const signal = AbortSignal.timeout(10_000)

const openSource = (told: readonly InstanceMetrics[]) => {
  const asked: { expression: string; at: Date | undefined }[] = []
  const sample = (name: string, pod: string, value: number) => {
    const labels = name === 'scrape_duration_seconds' ? { __name__: name, pod } : { __name__: name, pod, ...route }
    return { labels, atSeconds: 0, value }
  }
  const prometheus = {
    url: 'http://prometheus',
    async query(expression: string, at?: Date) {
      asked.push({ expression, at })
      return [
        sample('http_request_duration_seconds_count', 'catalog-a', 40),
        sample('http_request_duration_seconds_sum', 'catalog-a', 2),
        sample('scrape_duration_seconds', 'catalog-a', 0.004),
        sample('http_request_duration_seconds_count', 'of-another-release', 7),
      ]
    },
    queryRange: async () => [],
    alerts: async () => [],
    targets: async () => [],
    series: async () => [],
  }
  const found = { prometheus, from: 'setting' as const, close: async () => undefined }
  return { source: prometheusSource(found, { metricsOf: async () => told }), asked }
}

const catalog = (name: string): InstanceMetrics => ({ service: 'catalog', name, text: null, reason: 'not asked' })

test('Prometheus is asked for the instances of the release, and says when it knows one of them not', async () => {
  const { source, asked } = openSource([catalog('catalog-a'), catalog('catalog-b')])
  expect(await source.read(aRelease({ number: 1 }), signal)).toMatchObject({
    instances: [
      {
        service: 'catalog',
        instance: 'catalog-a',
        routes: [{ route: 'GET /api/v1/products', status: 200, requests: 40, seconds: 2 }],
      },
    ],
    answered: [{ service: 'catalog', milliseconds: 4 }],
    silent: [{ service: 'catalog', words: 'catalog (catalog-b): Prometheus knows nothing of it' }],
  })
  expect(asked[0]?.expression).toContain('pod=~"catalog-a|catalog-b"')
})

test('it remembers what was, a reading for each of its scrapes, oldest first', async () => {
  const { source, asked } = openSource([catalog('catalog-a')])
  const remembered = await source.remember(aRelease({ number: 1 }), { seconds: 300, signal })
  expect(remembered).toHaveLength(20)
  const moments = asked.map(({ at }) => at?.getTime() ?? 0)
  expect(moments).toEqual(moments.toSorted((a, b) => a - b))
  expect((moments.at(-1) ?? 0) - (moments[0] ?? 0)).toBe(285_000)
  const ages = remembered.map(({ at }) => Math.round((performance.now() - at) / 15_000))
  expect([ages[0], ages.at(-1)]).toEqual([20, 1])
})

test('of a release without instances nothing is asked', async () => {
  const { source, asked } = openSource([])
  expect(await source.read(aRelease({ number: 1 }), signal)).toMatchObject({ instances: [], silent: [] })
  expect(asked).toEqual([])
})
