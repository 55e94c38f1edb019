import { type ReleaseVerdict, releaseVerdict } from '../health/release-verdict.ts'
import type { ReleaseRecord } from '../releases/release.ts'
import type { FlowMeans } from './means.ts'
import type { Say } from './steps.ts'

/** What the gate ends with: never `progressing`. */
export type FinalVerdict = ReleaseVerdict & { readonly state: Exclude<ReleaseVerdict['state'], 'progressing'> }

type GateRequest = {
  readonly means: FlowMeans
  /** Services whose digest and settings have succeeded here before. */
  readonly proven: ReadonlySet<string>
  readonly say: Say
  readonly signal: AbortSignal
}

const watch = async (release: ReleaseRecord, request: GateRequest): Promise<FinalVerdict> => {
  const { means, proven, say, signal } = request
  const { platform, policy, reporter } = means
  const watching = new AbortController()
  const states = new Map<string, string>()
  let startedAt: number | undefined
  let lastContactAt = 0
  let told = ''

  try {
    for await (const observation of platform.observe(release, AbortSignal.any([signal, watching.signal]))) {
      startedAt ??= observation.at
      if (observation.inTouch) lastContactAt = observation.at
      const verdict = releaseVerdict(observation, {
        policy,
        startedAt,
        lastContactAt: Math.max(lastContactAt, startedAt),
        proven,
      })
      for (const { service, state, reason } of verdict.services) {
        if (states.get(service) === state) continue
        states.set(service, state)
        reporter.emit({ type: 'health.changed', service, state, message: reason })
      }
      if (verdict.state !== 'progressing') return { ...verdict, state: verdict.state }
      const [awaited = ''] = verdict.reasons
      if (awaited !== told) say(awaited)
      told = awaited
    }
  } finally {
    watching.abort()
  }
  signal.throwIfAborted()
  throw new Error('the platform ended its observations before a verdict')
}

/**
 * Watches a release until there is a verdict. `unknown` is asked once more from scratch: a watch that was lost or a
 * deadline that ended one second too early is not worth a person's attention, two in a row are.
 */
export const gate = async (release: ReleaseRecord, request: GateRequest): Promise<FinalVerdict> => {
  const first = await watch(release, request)
  if (first.state !== 'unknown') return first
  request.means.reporter.emit({
    type: 'warning',
    message: `The state of release ${release.number} is unknown (${first.reasons.join('; ')}); asking once more from scratch.`,
    fix: [],
  })
  return watch(release, request)
}
