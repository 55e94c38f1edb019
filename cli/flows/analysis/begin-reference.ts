import { setTimeout as pause } from 'node:timers/promises'
import type { AnalysisPolicy } from '../../health/analysis/analysis-policy.ts'
import { blocksNeeded } from '../../health/analysis/latency-finding.ts'
import type { ReleaseRecord } from '../../releases/release.ts'
import type { FlowMeans } from '../means.ts'
import type { Say, Steps } from '../steps.ts'
import type { AnalysisWish } from './analysis-wish.ts'
import { type CountsSource, instancesSource, prometheusSource } from './counts-source.ts'
import { beginMeasuring, type Measuring } from './measuring.ts'
import type { Reading } from './reading.ts'

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

/** A source, and what it remembers of the release that users are on. */
type Opened = { readonly source: CountsSource; readonly known: readonly Reading[] }

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const atPaceOf = (wish: AnalysisWish, { freshSeconds }: CountsSource): AnalysisWish => {
  const { policy } = wish
  return { ...wish, policy: { ...policy, intervalSeconds: Math.max(policy.intervalSeconds, freshSeconds) } }
}

/** What a source remembers, or why that cannot be compared by. */
const memoryOf = async (
  source: CountsSource,
  { policy, previous, signal }: { policy: AnalysisPolicy; previous: ReleaseRecord; signal: AbortSignal },
): Promise<readonly Reading[] | string> => {
  const { windowSeconds, warmUpSeconds, intervalSeconds } = policy
  if ((windowSeconds - warmUpSeconds) / intervalSeconds < blocksNeeded.candidate) {
    return `it learns anew every ${source.freshSeconds} s, which is too seldom to compare latency in a window of ${windowSeconds} s`
  }
  const seconds = Math.max(memorySeconds, windowSeconds)
  return source
    .remember(previous, { seconds, signal })
    .then(
      (known) =>
        known.length < enoughReadings
          ? `it remembers ${known.length} moments of release ${previous.number}, and ${enoughReadings} are needed`
          : known,
      messageOf,
    )
}

/**
 * Prometheus where there is one that knows the release before, else the instances themselves. One that cannot be asked
 * is no reason to stop: an analysis needs the figures, not that program.
 */
const openSource = async (request: ReferenceRequest, previous: ReleaseRecord): Promise<Opened> => {
  const { means, wish, signal } = request
  const { platform, reporter } = means
  const own: Opened = { source: instancesSource(platform), known: [] }
  if (wish.prometheus === undefined) return own
  const tellNotAsked = (which: string, why: string) => {
    signal.throwIfAborted()
    reporter.emit({ type: 'notice', message: `${which} is not asked for the analysis, but the instances: ${why}` })
  }
  const found = await wish.prometheus(platform, signal).catch((error: unknown) => {
    tellNotAsked('Prometheus', messageOf(error))
    return null
  })
  if (found === null) return own
  const source = prometheusSource(found, platform)
  const known = await memoryOf(source, { policy: atPaceOf(wish, source).policy, previous, signal })
  if (typeof known !== 'string') return { source, known }
  await source.close()
  tellNotAsked(`The Prometheus at ${found.prometheus.url}`, known)
  return own
}

const waitFor = async (
  { referenceSeconds, intervalSeconds }: AnalysisPolicy,
  { say, signal }: { say: Say; signal: AbortSignal },
): Promise<void> => {
  const began = performance.now()
  const elapsed = () => (performance.now() - began) / 1000
  while (elapsed() < referenceSeconds) {
    say(`${Math.round(elapsed())} s of ${referenceSeconds} s`)
    await pause(1000 * Math.min(1, intervalSeconds), undefined, { signal }).catch(() => signal.throwIfAborted())
  }
}

/** Measures the release that users are on for as long as the policy says, and on for as long as all of them are on it. */
export const beginReference = async (request: ReferenceRequest): Promise<Reference> => {
  const { means, steps, previous, signal } = request
  if (previous === null) {
    steps.skip('measure', 'there is no release before it: its objectives are what it has to keep')
    const source = instancesSource(means.platform)
    return { source, wish: atPaceOf(request.wish, source), before: null, end: source.close }
  }
  return steps.run('measure', async (say) => {
    const { source, known } = await openSource(request, previous)
    const wish = atPaceOf(request.wish, source)
    const { intervalSeconds } = wish.policy
    const before = beginMeasuring({ release: previous, source, intervalSeconds, known, signal })
    const end = async () => {
      await before.stop()
      await source.close()
    }
    try {
      if (known.length === 0) await waitFor(wish.policy, { say, signal })
    } catch (error) {
      await end()
      throw error
    }
    // Its instances go one by one there while the next is applied: what those that are left answer is no measure.
    if (means.platform.usersMove === 'during-apply') await before.stop()
    return { source, wish, before, end }
  })
}
