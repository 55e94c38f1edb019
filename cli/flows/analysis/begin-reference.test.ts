import { describe, expect, test } from 'vitest'
import { analysisPolicies, withWindow } from '../../health/analysis/analysis-policy.ts'
import type { FoundPrometheus } from '../../observability/find-prometheus.ts'
import type { InstanceMetrics, Platform } from '../../platforms/platform.ts'
import type { Sample } from '../../prometheus/prometheus-answer.ts'
import { aRelease } from '../../releases/testing/a-release.ts'
import { createSteps } from '../steps.ts'
import { scriptedMeans } from '../testing/scripted-means.ts'
import { goodSource, withRelease1 } from '../testing/with-release.ts'
import type { AnalysisWish } from './analysis-wish.ts'
import { beginReference } from './begin-reference.ts'

const staging = analysisPolicies.staging ?? expect.fail('staging has no policy')
/** The reference is not waited for: what is measured in it is tested elsewhere. */
const ofWindow = (seconds: number) => ({ ...withWindow(staging, seconds), referenceSeconds: 0 })

const told: InstanceMetrics = { service: 'catalog', name: 'catalog-a', text: '', milliseconds: 1 }

const foundWith = (query: (at: Date) => Promise<readonly Sample[]>) => {
  const state = { closed: false }
  const prometheus = {
    url: 'http://prometheus.test',
    query: (_: string, at = new Date()) => query(at),
    queryRange: async () => [],
    alerts: async () => [],
    targets: async () => [],
    series: async () => [],
  }
  const close = async () => {
    state.closed = true
  }
  return { state, found: { prometheus, from: 'environment', close } satisfies FoundPrometheus }
}

const sample: Sample = { labels: { __name__: 'scrape_duration_seconds', pod: 'catalog-a' }, atSeconds: 0, value: 0.004 }
const answering = () => foundWith(async () => [sample])

type Wish = Pick<AnalysisWish, 'prometheus'> & { readonly seconds?: number; readonly moves?: Platform['usersMove'] }

const begin = async ({ prometheus, seconds = 300, moves = 'at-promote' }: Wish) => {
  const world = await withRelease1()
  const asked: AbortSignal[] = []
  const platform: Platform = {
    ...world.platform,
    usersMove: moves,
    async metricsOf(_, signal) {
      asked.push(signal)
      return [told]
    },
  }
  const { means, events, interrupt } = scriptedMeans(platform)
  const signal = means.interrupted
  const steps = createSteps({ reporter: means.reporter, now: means.now, signal })
  const wish: AnalysisWish = {
    policy: ofWindow(seconds),
    inconclusive: 'pass',
    ...(prometheus === undefined ? {} : { prometheus }),
  }
  const previous = aRelease({ number: 1, services: goodSource })
  const reference = beginReference({ means, steps, wish, previous, signal })
  const notices = () => events.flatMap((event) => (event.type === 'notice' ? [event.message] : []))
  return { reference, notices, asked, interrupt }
}

describe('the figures come', () => {
  test('from Prometheus where it learns often enough for the window', async () => {
    const { reference, notices } = await begin({ prometheus: async () => answering().found })
    const { source, end } = await reference
    expect([source.name, notices()]).toEqual(['prometheus', []])
    await end()
  })

  test.each([60, 120])(
    'from the instances in a window of %d s, in which Prometheus learns too seldom',
    async (seconds) => {
      const { found, state } = answering()
      const { reference, notices } = await begin({ prometheus: async () => found, seconds })
      const { source, wish, end } = await reference
      expect(source.name).toBe('instances')
      expect(wish.policy.intervalSeconds).toBe(5)
      expect(state.closed).toBe(true)
      expect(notices()).toEqual([
        `The Prometheus at http://prometheus.test is not asked for the analysis, but the instances: it learns anew every 15 s, which is too seldom to compare latency in a window of ${seconds} s`,
      ])
      await end()
    },
  )

  test('from the instances where nobody may or can reach Prometheus', async () => {
    const { reference, notices } = await begin({
      prometheus: async () => {
        throw new Error('pods is forbidden in the namespace monitoring')
      },
    })
    const { source, end } = await reference
    expect(source.name).toBe('instances')
    expect(notices()).toEqual([
      'Prometheus is not asked for the analysis, but the instances: pods is forbidden in the namespace monitoring',
    ])
    await end()
  })

  test.each([
    [
      'cannot be read',
      async (at: Date) => {
        if (Date.now() - at.getTime() > 5000) throw new Error('query timed out')
        return [sample]
      },
      'query timed out',
    ],
    ['knows nothing of that release', async () => [], 'it remembers 0 moments of release 1, and 12 are needed'],
  ])('from the instances where the memory of Prometheus %s', async (_, query, why) => {
    const { found, state } = foundWith(query)
    const { reference, notices } = await begin({ prometheus: async () => found })
    const { source, end } = await reference
    expect(source.name).toBe('instances')
    expect(state.closed).toBe(true)
    expect(notices()).toEqual([
      `The Prometheus at http://prometheus.test is not asked for the analysis, but the instances: ${why}`,
    ])
    await end()
  })

  test('from nowhere after an interrupt', async () => {
    const waiting = Promise.withResolvers<never>()
    const { reference, interrupt, notices } = await begin({ prometheus: () => waiting.promise })
    interrupt()
    waiting.reject(new Error('the tunnel was closed'))
    await expect(reference).rejects.toThrow('SIGINT')
    expect(notices()).toEqual([])
  })
})

test('the release before is measured until users move, which is in the rollout where they come pod by pod', async () => {
  const atPromote = await begin({})
  const going = await atPromote.reference
  expect(atPromote.asked.at(-1)?.aborted).toBe(false)
  await going.end()

  const duringApply = await begin({ moves: 'during-apply' })
  const stopped = await duringApply.reference
  expect(duringApply.asked.at(-1)?.aborted).toBe(true)
  await stopped.end()
})
