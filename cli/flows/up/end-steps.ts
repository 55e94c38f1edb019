import { setTimeout as pause } from 'node:timers/promises'
import { interruption } from '../../errors/interruption.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { toType } from '../../errors/to-type.ts'
import type { Directions, RunningState } from '../../platforms/platform.ts'
import { readRunning } from '../read-running.ts'
import { isUp } from '../situation.ts'
import { smoke } from '../smoke.ts'
import type { Say } from '../steps.ts'
import { toldWithin } from '../told-within.ts'
import type { StepEnd, UpMeans, UpRequest } from './up-means.ts'

const lookEveryMilliseconds = 1000
const secondsPerCheck = 5

const notReady = ({ instances }: RunningState): readonly string[] =>
  instances
    .filter(({ state }) => state !== 'ready' && state !== 'ending')
    .map(({ service, name, state, detail }) => `${service} (${name}) is ${state}${detail === '' ? '' : `: ${detail}`}`)

/** D-12: every instance of the current release, whoever has started it. Throws UP_NOT_READY (unknown). */
export const waitUntilReady = async (means: UpMeans, say: Say): Promise<StepEnd> => {
  const shop = await means.shop()
  const { policy, interrupted, environment } = shop
  const deadline = performance.now() + policy.deadlineSeconds * 1000
  for (;;) {
    const { current, running } = await readRunning(shop)
    if (current !== null && isUp(current, running)) {
      return { state: 'done', detail: `${running.instances.length} of ${running.instances.length} ready` }
    }
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
    await pause(lookEveryMilliseconds, undefined, { signal: interrupted }).catch(() => undefined)
    if (interrupted.aborted) throw interruption(interrupted, `waiting until ${environment} is ready`)
  }
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
  if (failed.length === 0) return { state: 'done', detail: `${report.checks.length} checks, and nothing is wrong` }
  throw new ShopctlError({
    code: 'UP_SMOKE_FAILED',
    outcome: 'check-failed',
    what: `${failed.length} of ${report.checks.length} smoke checks failed in ${facts.name}; users are on release ${report.release ?? 'none'}.`,
    why: failed.map(({ name, failure }) => `${name}: ${failure?.what ?? ''}`),
    fix: [toType(`smoke --env ${facts.name}`), toType(`rollback --env ${facts.name}`)],
  })
}
