import { setTimeout as pause } from 'node:timers/promises'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { toType } from '../../errors/to-type.ts'
import type { ReleaseObservation } from '../../health/observation.ts'
import type { HealthPolicy } from '../../health/policy.ts'
import { type ReleaseVerdict, releaseVerdict } from '../../health/release-verdict.ts'
import type { Say } from '../steps.ts'

export type AddOnsWait = {
  readonly environment: string
  readonly policy: HealthPolicy
  readonly look: (signal: AbortSignal) => Promise<ReleaseObservation>
  readonly betweenLooksMilliseconds: number
  readonly say: Say
  readonly signal: AbortSignal
}

/** Elasticsearch and Kibana take minutes for a first start, and volumes are made meanwhile; images come from afar. */
const patient = (policy: HealthPolicy): HealthPolicy => ({
  ...policy,
  slowStartSeconds: 600,
  stabilitySeconds: 0,
  provenStabilitySeconds: 0,
  deadlineSeconds: 900,
})

/** Beside what decided, everything else that is not ready: nobody should meet it one by one. */
const notReady = ({ services }: ReleaseVerdict): readonly string[] =>
  [
    ...services.filter(({ state }) => state === 'unhealthy'),
    ...services.filter(({ state }) => state === 'progressing'),
  ].map(({ service, reason }) => (reason.startsWith(service) ? reason : `${service}: ${reason}`))

const failed = (environment: string, verdict: ReleaseVerdict): ShopctlError =>
  new ShopctlError({
    code: 'ADD_ONS_UNHEALTHY',
    outcome: 'failed',
    what: `What runs beside the shop of ${environment} was applied, and not all of it comes up; the shop itself was not touched.`,
    why: notReady(verdict),
    fix: [toType(`observability apply --env ${environment}`)],
  })

const notProven = (environment: string, { deadlineSeconds }: HealthPolicy, verdict: ReleaseVerdict): ShopctlError =>
  new ShopctlError({
    code: 'ADD_ONS_NOT_READY',
    outcome: 'unknown',
    what: `What runs beside the shop of ${environment} was applied, and was not ready within ${deadlineSeconds} s.`,
    why: notReady(verdict),
    fix: [toType(`observability apply --env ${environment}`)],
  })

const progress = ({ services }: ReleaseVerdict): string => {
  const left = services.filter(({ state }) => state !== 'healthy').map(({ service }) => service)
  return `${services.length - left.length} of ${services.length} ready${left.length === 0 ? '' : `; waiting for ${left.join(', ')}`}`
}

/** Answers how many are ready, which is all. Throws ADD_ONS_UNHEALTHY (failed), ADD_ONS_NOT_READY (unknown). */
export const waitForAddOns = async (wait: AddOnsWait): Promise<number> => {
  const { environment, look, say, signal } = wait
  const policy = patient(wait.policy)
  const startedAt = performance.now()
  for (;;) {
    const observation = await look(signal)
    const context = { policy, startedAt, lastContactAt: observation.at, proven: new Set<string>() }
    const verdict = releaseVerdict(observation, context)
    say(progress(verdict))
    if (verdict.services.every(({ state }) => state === 'healthy')) return verdict.services.length
    if (verdict.state === 'unhealthy') throw failed(environment, verdict)
    if (performance.now() - startedAt > policy.deadlineSeconds * 1000) throw notProven(environment, policy, verdict)
    await pause(wait.betweenLooksMilliseconds, undefined, { signal })
  }
}
