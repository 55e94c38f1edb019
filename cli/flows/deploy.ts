import { ShopctlError } from '../errors/shopctl-error.ts'
import { toType } from '../errors/to-type.ts'
import type { Artifact, FieldDifference, Platform, Rendered, ServiceSet } from '../platforms/platform.ts'
import { refusedServices } from '../releases/history.ts'
import type { ReleaseRecord } from '../releases/release.ts'
import type { FlowMeans } from './means.ts'
import { mend } from './mend.ts'
import { refill, withDatabase } from './refill.ts'
import { restoreRelease } from './restore-release.ts'
import { type ReleasePlan, runRelease } from './run-release.ts'
import { scanAndPush } from './scan-and-push.ts'
import { changesBetween, isUp, provenServices, readSituation, type ServiceChange, type Situation } from './situation.ts'
import { beginFlow, type Steps } from './steps.ts'
import { withLock } from './with-lock.ts'

export type DeployRequest = {
  /** The services to build anew, the others stay as the current release has them; null is all of them. */
  readonly services: readonly string[] | null
  readonly mode: 'apply' | 'dry-run'
  readonly why: string | null
  /** Also deploys what has failed here before. */
  readonly force: 'no' | 'force'
  readonly waitSeconds: number
  /** Whether the first release of an environment brings data for trying out. */
  readonly demoData: 'load' | 'none'
  /** Asked before anything is changed; throws where the answer is no. Left out where nobody is asked. */
  readonly confirm?: (changes: readonly ServiceChange[]) => Promise<void>
}

export type DeployResult = {
  readonly outcome: 'unchanged' | 'would-change' | 'deployed' | 'brought-back'
  readonly release: ReleaseRecord | null
  readonly changes: readonly ServiceChange[]
  /** For a dry run: what would change in what is there now, where the platform can tell. */
  readonly fields?: readonly FieldDifference[]
}

/** What runs and is not built now stays in the set as its record has it. */
const whole = (
  rendered: Rendered,
  current: ReleaseRecord | null,
  { services }: Pick<Platform, 'services'>,
): Rendered => {
  const all: ServiceSet = { ...current?.services, ...rendered.services }
  // A service that the shop no longer has goes away with the next release.
  const members = Object.entries(all).filter(([service]) => services.includes(service))
  return { services: Object.fromEntries(members), shared: rendered.shared }
}

const nothing: Rendered = { services: {}, shared: null }

const refuseKnownBad = (records: readonly ReleaseRecord[], wanted: ServiceSet, environment: string): void => {
  const [first, ...others] = refusedServices(records, wanted)
  if (first === undefined) return
  throw new ShopctlError({
    code: 'DIGEST_REFUSED',
    outcome: 'refused',
    what: `${first.service} is the same as in release ${first.release}, which was taken back in ${environment}; nothing was changed.`,
    why: [first, ...others].map(({ service, release, reason }) => `release ${release}: ${service}: ${reason}`),
    fix: [toType(`history show ${first.release} --env ${environment}`), toType(`deploy --env ${environment} --force`)],
  })
}

/** A release is a whole: before the first one there is nothing that the other services could stay as. */
const refusePartOfNothing = (chosen: readonly string[], current: ReleaseRecord | null, means: FlowMeans): void => {
  const { platform, environment } = means
  const missing = platform.services.filter((name) => !chosen.includes(name))
  if (current !== null || missing.length === 0) return
  throw new ShopctlError({
    code: 'NO_RELEASE_TO_CHANGE',
    outcome: 'refused',
    what: `${environment} has no release yet, so its first one cannot leave out ${missing.join(' and ')}.`,
    fix: [toType(`deploy --env ${environment}`)],
  })
}

const servicesToMigrate = (current: ReleaseRecord | null, wanted: ServiceSet): readonly string[] =>
  withDatabase(wanted).filter((service) => {
    const now = current?.services[service]
    const then = wanted[service]
    return now?.migrationsHash !== then?.migrationsHash || now?.settingsHash !== then?.settingsHash
  })

type Comparison = { readonly wanted: Rendered | null; readonly changes: readonly ServiceChange[] }

/** What would change. Before the first release there is nothing to render from: everything would. */
const compare = async (
  current: ReleaseRecord | null,
  artifacts: readonly Artifact[],
  means: FlowMeans,
): Promise<Comparison> => {
  const { platform } = means
  if (current === null) {
    const changes = artifacts.map(({ service, digest }): ServiceChange => {
      return { service, from: null, to: digest, settings: 'changed', manifest: 'changed' }
    })
    return { wanted: null, changes }
  }
  const wanted = whole(await platform.render(artifacts), current, platform)
  return { wanted, changes: changesBetween(current, wanted) }
}

/** Nothing differs and all of it is up: asked of the platform itself, since a record cannot know of a reboot. */
const nothingToDo = async (
  { current, unfinished }: Situation,
  artifacts: readonly Artifact[],
  means: FlowMeans,
): Promise<boolean> => {
  if (current === null || unfinished !== null) return false
  // Asked first: what is not up has to be prepared before it can be rendered.
  if (!isUp(current, await means.platform.running())) return false
  if ((await compare(current, artifacts, means)).changes.length > 0) return false
  return ((await means.platform.drift?.(current)) ?? []).length === 0
}

const dryRun = async (
  { current }: Situation,
  artifacts: readonly Artifact[],
  means: FlowMeans,
): Promise<DeployResult> => {
  const { wanted, changes } = await compare(current, artifacts, means)
  const { platform, interrupted } = means
  const fields = wanted === null ? [] : ((await platform.compareLive?.(wanted, interrupted)) ?? [])
  const outcome = changes.length > 0 || fields.length > 0 ? 'would-change' : 'unchanged'
  return { outcome, release: current, changes, fields }
}

type UnderLock = { readonly steps: Steps; readonly signal: AbortSignal }

const bringBack = async (
  current: ReleaseRecord,
  means: FlowMeans,
  { steps, signal }: UnderLock,
): Promise<DeployResult> => {
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

/**
 * The shop as the source has it, released as one: built, scanned, tried out beside what users are on, moved over when
 * proven, and taken back as one when not.
 */
export const deploy = async (request: DeployRequest, means: FlowMeans): Promise<DeployResult> => {
  const { platform, environment, interrupted } = means
  const steps = beginFlow(request.mode === 'dry-run' ? 'diff' : 'deploy', means)
  const chosen = request.services ?? platform.services
  const conflicts = request.force === 'force' ? 'take' : 'refuse'

  const before = await steps.ask('plan', async () => {
    const [situation] = await Promise.all([readSituation(means), platform.requireSettings?.(interrupted)])
    return situation
  })
  refusePartOfNothing(chosen, before.current, means)
  const built = await steps.run('build', (say) => platform.build(chosen, { say, signal: interrupted }))

  if (request.mode === 'dry-run') return steps.ask('render', () => dryRun(before, built, means))
  const idle = await steps.ask('render', () => nothingToDo(before, built, means))
  if (idle) return { outcome: 'unchanged', release: before.current, changes: [] }

  await request.confirm?.((await compare(before.current, built, means)).changes)
  const { artifacts, scans } = await scanAndPush(built, means, steps)
  // What was built is what is checked out now, however long the lock is waited for.
  const commit = means.commit()
  return withLock(
    { means, steps, why: request.why ?? 'deploy', waitSeconds: request.waitSeconds },
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
      if (request.force === 'no') refuseKnownBad(records, Object.fromEntries(changing), environment)

      const plan: ReleasePlan = {
        kind: 'deploy',
        services,
        shared,
        scans: scansOf(services, [...scans, ...(current?.scans ?? [])]),
        conflicts,
        commit: await commit,
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

/** What releases stand on may be up before the first of them. */
const hasReady = async ({ platform }: FlowMeans): Promise<boolean> => {
  const { instances } = await platform.running()
  return instances.some(({ service, state }) => platform.services.includes(service) && state === 'ready')
}

/** The newest verdict on each digest of the set; what is not built anew keeps the one of the release before. */
const scansOf = (services: ServiceSet, scans: ReleaseRecord['scans']): ReleaseRecord['scans'] =>
  Object.entries(services).flatMap(([service, { digest }]) => {
    const verdict = scans.find((scan) => scan.service === service && scan.digest === digest)
    return verdict === undefined ? [] : [verdict]
  })

/** Under the lock an unfinished record has no living owner: it is mended before anything else is tried. */
export const mendFirst = async (means: FlowMeans, { steps, signal }: UnderLock): Promise<Situation> => {
  const found = await readSituation(means)
  const { unfinished, current } = found
  if (unfinished === null) return found
  await mend({ means, steps, signal, unfinished, current })
  return mendFirst(means, { steps, signal })
}
