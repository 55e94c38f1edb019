import type { Directions } from '../../platforms/platform.ts'
import { createSteps, type Steps, stepTitles } from '../steps.ts'
import { openUpRecord, readEarlier } from './open-up-record.ts'
import { type PlannedUpStep, planUp } from './plan-up.ts'
import { stoppedAt } from './stopped-at.ts'
import type { StepEnd, UpMeans, UpRequest } from './up-means.ts'
import { type UpReport, type UpStep, upSteps } from './up-report.ts'
import { type ClusterStanding, upWork } from './up-work.ts'

type Row = UpReport['steps'][number]

/** What only makes sense behind a release, which a dry run does not make. */
const behindRelease: ReadonlySet<UpStep> = new Set(['ready', 'endpoints', 'smoke'])
/** What neither talks to a cluster nor stands on what does. */
const beforeCluster: ReadonlySet<UpStep> = new Set(['prerequisites', 'credentials', 'infra'])

/** How a step that is not taken stands in the list; null where it is taken. */
const leftOut = (
  { step, skip }: PlannedUpStep,
  { mode, cluster }: Pick<UpRequest, 'mode'> & { readonly cluster: ClusterStanding },
): Pick<Row, 'state' | 'detail'> | null => {
  if (skip !== null) return { state: 'skipped', detail: skip }
  if (mode === 'apply') return null
  if (behindRelease.has(step)) return { state: 'skipped', detail: 'a dry run ends before it' }
  if (cluster === 'there' || beforeCluster.has(step)) return null
  return { state: 'not-known', detail: 'only known once the cluster is there' }
}

const told = ({ state, detail }: StepEnd): string => (state === 'found-done' ? `found done: ${detail}` : detail)

const begin = (mode: UpRequest['mode'], { reporter, facts, now, interrupted }: UpMeans): Steps => {
  const steps = upSteps.map((id) => ({ id, title: stepTitles[id] }))
  reporter.emit({ type: 'flow.started', flow: mode === 'apply' ? 'up' : 'up dry run', environment: facts.name, steps })
  return createSteps({ reporter, now, signal: interrupted })
}

const outcomeOf = (mode: UpRequest['mode'], rows: readonly Row[]): UpReport['outcome'] => {
  if (mode === 'apply') return 'up'
  return rows.some(({ state }) => state === 'would-change' || state === 'not-known') ? 'would-change' : 'unchanged'
}

/**
 * The whole way from a bare machine to a shop that was smoke-tested: each step looks first, does what is missing and
 * proves it, so that the way may be taken again from its beginning after whatever stopped it. Throws what the flow of a
 * step throws, with where it stopped.
 */
export const up = async (request: UpRequest, means: UpMeans): Promise<UpReport> => {
  const { mode } = request
  const environment = means.facts.name
  const planned = planUp(means.facts, request.selection)
  const steps = begin(mode, means)
  const resumed = await readEarlier(means)
  const record = openUpRecord(mode, means)
  const ended: Row[] = []
  let directions: Directions | null = null
  let cluster: ClusterStanding = 'there'

  for (const one of planned) {
    const { step } = one
    const title = stepTitles[step]
    const left = leftOut(one, { mode, cluster })
    if (left !== null) {
      steps.skip(step, left.detail)
      ended.push({ step, title, ...left, milliseconds: 0 })
      continue
    }
    const started = performance.now()
    await record.begin(step)
    const end = await steps
      .run(step, (say) => upWork[mode][step](request, means, say), told)
      .catch(async (error: unknown) => {
        await record.fail(error)
        throw stoppedAt(error, { step, ended, command: means.command })
      })
    await record.end(step, end)
    directions = end.directions ?? directions
    cluster = end.cluster ?? cluster
    const milliseconds = Math.round(performance.now() - started)
    ended.push({ step, title, state: end.state, detail: end.detail, milliseconds })
  }
  await record.close()
  return { schema: 'shopctl.up/1', environment, outcome: outcomeOf(mode, ended), resumed, steps: ended, directions }
}
