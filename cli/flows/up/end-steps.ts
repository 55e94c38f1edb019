import { setTimeout as pause } from 'node:timers/promises'
import { interruption } from '../../errors/interruption.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { toType } from '../../errors/to-type.ts'
import type { Directions, RunningState } from '../../platforms/platform.ts'
import type { FlowMeans } from '../means.ts'
import { readRunning } from '../read-running.ts'
import { isUp } from '../situation.ts'
import { smoke } from '../smoke.ts'
import type { Say } from '../steps.ts'
import { toldWithin } from '../told-within.ts'
import type { StepEnd, UpMeans, UpRequest } from './up-means.ts'

const lookEveryMilliseconds = 1000
const secondsPerCheck = 5

const betweenLooks = async ({ interrupted, environment }: FlowMeans): Promise<void> => {
  await pause(lookEveryMilliseconds, undefined, { signal: interrupted }).catch(() => undefined)
  if (interrupted.aborted) throw interruption(interrupted, `waiting until ${environment} is ready`)
}

const notReady = ({ instances }: RunningState): readonly string[] =>
  instances
    .filter(({ state }) => state !== 'ready' && state !== 'ending')
    .map(({ service, name, state, detail }) => `${service} (${name}) is ${state}${detail === '' ? '' : `: ${detail}`}`)

const untilInstancesReady = async (shop: FlowMeans, say: Say): Promise<number> => {
  const { policy, environment } = shop
  const deadline = performance.now() + policy.deadlineSeconds * 1000
  for (;;) {
    const { current, running } = await readRunning(shop)
    if (current !== null && isUp(current, running)) return running.instances.length
    const waiting = notReady(running)
    if (performance.now() > deadline) {
      throw new ShopctlError({
        code: 'UP_NOT_READY',
        outcome: 'unknown',
        what: `Not every instance of ${environment} was ready within ${policy.deadlineSeconds} s; users are on release ${running.serving ?? 'none'}.`,
        why: waiting,
        fix: [toType(`status --env ${environment}`), toType(`logs --env ${environment}`)],
      })
    }
    say(waiting.join('; ') || 'no release serves yet')
    await betweenLooks(shop)
  }
}

/** What the public's way in still lacks when the wait for it is over; null where it is there. */
const untilEntryMade = async (shop: FlowMeans, say: Say): Promise<string | null> => {
  const { platform, policy, interrupted } = shop
  const deadline = performance.now() + policy.deadlineSeconds * 1000
  for (;;) {
    const lacks = (await platform.entryLacks?.(interrupted)) ?? null
    if (lacks === null || performance.now() > deadline) return lacks
    say(`${lacks} yet`)
    await betweenLooks(shop)
  }
}

/**
 * D-12: every instance of the current release, whoever has started it, and the public's way to them. Throws UP_NOT_READY
 * (unknown); a load balancer that does not come is told, as the release is up and what makes it may be somebody else's.
 */
export const waitUntilReady = async (means: UpMeans, say: Say): Promise<StepEnd> => {
  const shop = await means.shop()
  const { policy, environment } = shop
  const instances = await untilInstancesReady(shop, say)
  const lacks = await untilEntryMade(shop, say)
  const ready = `${instances} of ${instances} ready`
  if (lacks === null) return { state: 'done', detail: ready }
  means.reporter.emit({
    type: 'warning',
    message: `Nobody outside reaches ${environment}: ${lacks}, after ${policy.deadlineSeconds} s.`,
    fix: [toType(`observability apply --env ${means.facts.installation ?? environment} --only ingress`)],
  })
  return { state: 'done', detail: `${ready}; ${lacks}, so that nobody outside reaches them` }
}

/** D-13: where people and programs find the shop. */
export const findEndpoints = async (means: UpMeans): Promise<StepEnd & { readonly directions: Directions }> => {
  const { platform } = await means.shop()
  const directions = await platform.directions()
  return { state: 'done', detail: directions.entry, directions }
}

/** D-14: what `smoke` asks. Throws UP_SMOKE_FAILED (check-failed). */
export const askSmoke = async ({ selection }: UpRequest, means: UpMeans): Promise<StepEnd> => {
  const shop = await means.shop()
  const { facts } = means
  const report = await smoke(
    {
      facts,
      only: selection?.services ?? null,
      journeys: 'leave-out',
      junit: null,
      secondsPerCheck,
      keepSecret: () => undefined,
      redact: (text) => text,
    },
    { ...shop, reporter: toldWithin('smoke', means.reporter) },
  )
  const failed = report.checks.filter(({ result }) => result === 'failed')
  if (failed.length === 0) {
    const lacks = (await shop.platform.entryLacks?.(shop.interrupted)) ?? null
    const way = lacks === null ? '' : ` behind the public's way in, which was not tried: ${lacks}`
    return { state: 'done', detail: `${report.checks.length} checks, and nothing is wrong${way}` }
  }
  throw new ShopctlError({
    code: 'UP_SMOKE_FAILED',
    outcome: 'check-failed',
    what: `${failed.length} of ${report.checks.length} smoke checks failed in ${facts.name}; users are on release ${report.release ?? 'none'}.`,
    why: failed.map(({ name, failure }) => `${name}: ${failure?.what ?? ''}`),
    fix: [toType(`smoke --env ${facts.name}`), toType(`rollback --env ${facts.name}`)],
  })
}
