import { ShopctlError } from '../errors/shopctl-error.ts'
import { toType } from '../errors/to-type.ts'
import type { FieldDifference, Rendered } from '../platforms/platform.ts'
import type { ReleaseRecord } from '../releases/release.ts'
import type { FlowMeans } from './means.ts'
import { mendFirst, type UnderLock } from './mend-first.ts'
import type { Origin } from './origin.ts'
import { refill, withDatabase } from './refill.ts'
import { refuseKnownBad } from './refuse-known-bad.ts'
import { restoreRelease } from './restore-release.ts'
import { type ReleasePlan, runRelease } from './run-release.ts'
import { changesBetween, provenServices, type ServiceChange, type Situation } from './situation.ts'
import type { Steps } from './steps.ts'
import { compare, compareWithLive, nothingToDo, scansOf, servicesToMigrate, whole } from './wanted-release.ts'
import { withLock } from './with-lock.ts'

export type ShipRequest = {
  readonly mode: 'apply' | 'dry-run'
  readonly why: string | null
  /** Also releases what has failed here before. */
  readonly force: 'no' | 'force'
  readonly waitSeconds: number
  /** Whether the first release of an environment brings data for trying out. */
  readonly demoData: 'load' | 'none'
  /** Asked before anything is changed; throws where the answer is no. Left out where nobody is asked. */
  readonly confirm?: (changes: readonly ServiceChange[]) => Promise<void>
}

export type ShipResult = {
  readonly outcome: 'unchanged' | 'would-change' | 'deployed' | 'brought-back'
  readonly release: ReleaseRecord | null
  readonly changes: readonly ServiceChange[]
  /** For a dry run: what would change in what is there now, where the platform can tell. */
  readonly fields?: readonly FieldDifference[]
}

export type ShipContext = {
  readonly means: FlowMeans
  readonly steps: Steps
  /** What the records said when the flow began. */
  readonly before: Situation
}

const nothing: Rendered = { services: {}, shared: null }

const bringBack = async (
  current: ReleaseRecord,
  means: FlowMeans,
  { steps, signal }: UnderLock,
): Promise<ShipResult> => {
  const { environment } = means
  const verdict = await steps.run('apply', (say) => restoreRelease(current, { means, users: 'stayed', say, signal }))
  if (verdict.state === 'healthy') return { outcome: 'brought-back', release: current, changes: [] }
  const unknown = verdict.state !== 'unhealthy'
  throw new ShopctlError({
    code: 'NOT_BROUGHT_BACK',
    outcome: unknown ? 'unknown' : 'failed',
    what: `Release ${current.number} was started again in ${environment}, but is ${unknown ? 'not proven healthy' : 'unhealthy'}; nothing else serves there.`,
    why: verdict.reasons,
    fix: [toType(`logs --env ${environment}`), toType(`status --env ${environment}`)],
  })
}

/** What releases stand on may be up before the first of them. */
const hasReady = async ({ platform }: FlowMeans): Promise<boolean> => {
  const { instances } = await platform.running()
  return instances.some(({ service, state }) => platform.services.includes(service) && state === 'ready')
}

/**
 * Takes what an origin finds to an environment's users, released as one: compared, scanned, tried out beside what users
 * are on, moved over when proven, and taken back as one when not.
 */
export const ship = async (origin: Origin, request: ShipRequest, context: ShipContext): Promise<ShipResult> => {
  const { means, steps, before } = context
  const { platform, environment } = means
  const conflicts = request.force === 'force' ? 'take' : 'refuse'

  const found = await origin.find()

  if (request.mode === 'dry-run') {
    const would = await steps.ask('render', () => compareWithLive(before.current, found, means))
    const outcome = would.changes.length > 0 || would.fields.length > 0 ? 'would-change' : 'unchanged'
    return { outcome, release: before.current, ...would }
  }
  const idle = await steps.ask('render', () => nothingToDo(before, found, means))
  if (idle) return { outcome: 'unchanged', release: before.current, changes: [] }

  await request.confirm?.((await compare(before.current, found, means)).changes)
  const { artifacts, scans } = await origin.deliver(found)
  // What was built is what is checked out now, however long the lock is waited for.
  const commit = origin.commit()
  return withLock(
    { means, steps, why: request.why ?? origin.reason, waitSeconds: request.waitSeconds },
    async (lock, signal) => {
      const stopped = before.current !== null && (await platform.running()).serving === null
      await steps.run('prepare', (say) => platform.prepare({ say, signal }))
      const { records, current } = await mendFirst(means, { steps, signal })

      const wanted = whole(await platform.render(artifacts), current, platform)
      const { services, shared } = wanted
      const changes = changesBetween(current ?? nothing, wanted)
      await platform.preflight?.(wanted, conflicts, signal)
      if (current !== null && changes.length === 0) {
        if (stopped) await refill(current, { means, demoData: request.demoData, steps, signal })
        return bringBack(current, means, { steps, signal })
      }
      const changing = changes.flatMap(({ service }) => {
        const changed = services[service]
        return changed === undefined ? [] : [[service, changed] as const]
      })
      // What stays as it is has just been serving: an old verdict on it stops nobody.
      const { forced, promotedFrom } = origin
      if (request.force === 'no') refuseKnownBad(records, Object.fromEntries(changing), { environment, forced })

      const plan: ReleasePlan = {
        kind: 'deploy',
        services,
        shared,
        scans: scansOf(services, [...scans, ...(current?.scans ?? [])]),
        conflicts,
        commit: await commit,
        promotedFrom,
        why: request.why,
        restores: null,
        toMigrate: stopped ? withDatabase(services) : servicesToMigrate(current, services),
        demoData: current === null ? request.demoData : 'none',
        proven: provenServices(records, services),
        policy: means.policy,
      }
      const unrecorded = current === null && (await hasReady(means)) ? 'something' : 'nothing'
      const release = await runRelease(plan, { means, steps, lock, previous: current, unrecorded })
      return { outcome: 'deployed', release, changes }
    },
  )
}
