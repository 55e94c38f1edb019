import type { HealthPolicy } from '../../health/policy.ts'
import type { EventBody } from '../../output/events.ts'
import type { Platform } from '../../platforms/platform.ts'
import type { SmokeResult } from '../../smoke/run-checks.ts'
import type { FlowMeans } from '../means.ts'

const policy: HealthPolicy = {
  restartsTolerated: 0,
  slowStartSeconds: 10,
  stabilitySeconds: 0.01,
  provenStabilitySeconds: 0,
  waitingSeconds: 1,
  outOfTouchSeconds: 0.02,
  deadlineSeconds: 0.1,
}

/** Means around a platform, with the events that were said and two buttons for the two interrupts. */
export const scriptedMeans = (platform: Platform) => {
  const events: EventBody[] = []
  const first = new AbortController()
  const second = new AbortController()
  const smokeFailures: string[] = []
  const means: FlowMeans = {
    environment: 'local',
    platform,
    reporter: { emit: (event) => events.push(event) },
    policy,
    who: 'ada@laptop',
    command: 'deploy --env local',
    commit: async () => null,
    ancestry: async () => 'in-history',
    smoke: async (checks): Promise<readonly SmokeResult[]> =>
      checks.map((check) => {
        const failure = smokeFailures.includes(check.service) ? `${check.path} answered 500` : null
        return { check, failure, answered: 'yes', requestId: 'smoke-1', milliseconds: 1 }
      }),
    now: () => new Date(),
    interrupted: first.signal,
    abandoned: second.signal,
  }
  const interrupt = () => first.abort(new Error('SIGINT'))
  const abandon = () => second.abort(new Error('SIGINT again'))
  return { means, events, interrupt, abandon, smokeFailures }
}
