import { setTimeout as pause } from 'node:timers/promises'
import type { ReleaseRecord } from '../../releases/release.ts'
import type { FlowMeans } from '../means.ts'
import type { Steps } from '../steps.ts'
import type { AnalysisWish } from './analysis-wish.ts'
import { type CountsSource, instancesSource, prometheusSource } from './counts-source.ts'
import { beginMeasuring, type Measuring } from './measuring.ts'

/** What users had, and how it is found out. */
export type Reference = {
  readonly source: CountsSource
  /** As it was asked for, at the pace of the source. */
  readonly wish: AnalysisWish
  /** Of the release before, begun while users are on it; null where there is none. */
  readonly before: Measuring | null
  /** Ends what still measures, and the way to the source. */
  end(): Promise<void>
}

type ReferenceRequest = {
  readonly means: FlowMeans
  readonly steps: Steps
  readonly wish: AnalysisWish
  readonly previous: ReleaseRecord | null
  readonly signal: AbortSignal
}

/** Of so many seconds a memory is asked at least. */
const memorySeconds = 300
/** A memory of so many readings is as good as waiting for them. */
const enoughReadings = 12

/** Prometheus where there is one that knows the release before, else the instances themselves. */
const openSource = async ({ means, wish, previous, signal }: ReferenceRequest): Promise<CountsSource> => {
  const { platform, reporter } = means
  const own = instancesSource(platform)
  const found = previous === null ? null : await wish.prometheus?.(platform, signal)
  if (previous === null || !found) return own
  const source = prometheusSource(found, platform)
  const why = await source.read(previous, signal).then(
    ({ instances }) => (instances.length > 0 ? null : 'it knows no instance of the release that users are on'),
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  )
  if (why === null) return source
  signal.throwIfAborted()
  const message = `The Prometheus at ${found.prometheus.url} is not asked for the analysis, but the instances: ${why}`
  reporter.emit({ type: 'notice', message })
  await source.close()
  return own
}

const atPaceOf = (wish: AnalysisWish, { freshSeconds }: CountsSource): AnalysisWish => {
  const { policy } = wish
  return { ...wish, policy: { ...policy, intervalSeconds: Math.max(policy.intervalSeconds, freshSeconds) } }
}

/** Measures the release that users are on for as long as the policy says; goes on until it is stopped. */
export const beginReference = async (request: ReferenceRequest): Promise<Reference> => {
  const { steps, previous, signal } = request
  const source = await openSource(request)
  const wish = atPaceOf(request.wish, source)
  if (previous === null) {
    steps.skip('measure', 'there is no release before it: its objectives are what it has to keep')
    return { source, wish, before: null, end: source.close }
  }
  const { referenceSeconds, intervalSeconds, windowSeconds } = wish.policy
  const opened: { before: Measuring | null } = { before: null }
  const end = async () => {
    await opened.before?.stop()
    await source.close()
  }
  try {
    await steps.run('measure', async (say) => {
      const seconds = Math.max(memorySeconds, windowSeconds)
      const known = await source.remember(previous, { seconds, signal })
      opened.before = beginMeasuring({ release: previous, source, intervalSeconds, known, signal })
      if (known.length >= enoughReadings) return
      const began = performance.now()
      const elapsed = () => (performance.now() - began) / 1000
      while (elapsed() < referenceSeconds) {
        say(`${Math.round(elapsed())} s of ${referenceSeconds} s`)
        await pause(1000 * Math.min(1, intervalSeconds), undefined, { signal }).catch(() => signal.throwIfAborted())
      }
    })
  } catch (error) {
    await end()
    throw error
  }
  return { source, wish, before: opened.before, end }
}
