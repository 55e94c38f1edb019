import { serviceNames } from '../../services/registry.ts'
import { ShopctlError } from '../errors/shopctl-error.ts'
import { toType } from '../errors/to-type.ts'
import type { Artifact, ServiceSet } from '../platforms/platform.ts'
import { refusedServices } from '../releases/history.ts'
import type { ReleaseRecord } from '../releases/release.ts'
import { carryOut, type Wanted } from './carry-out.ts'
import type { FlowMeans } from './means.ts'
import { mend } from './mend.ts'
import { returnTo } from './return-to.ts'
import { changesBetween, isUp, provenServices, readSituation, type ServiceChange, type Situation } from './situation.ts'
import { beginFlow, type Steps } from './steps.ts'
import { withLock } from './with-lock.ts'

export type DeployRequest = {
  /** The services to build anew; the others stay as the current release has them. */
  readonly services: readonly string[]
  readonly mode: 'apply' | 'dry-run'
  readonly why: string | null
  /** Also deploys what has failed here before. */
  readonly force: 'no' | 'force'
  readonly waitSeconds: number
  /** Whether the first release of an environment brings data for trying out. */
  readonly demoData: 'load' | 'none'
}

export type DeployResult = {
  readonly outcome: 'unchanged' | 'would-change' | 'deployed' | 'brought-back'
  readonly release: ReleaseRecord | null
  readonly changes: readonly ServiceChange[]
}

/** What runs and is not built now stays in the set as its record has it. */
const wholeSet = (rendered: ServiceSet, current: ReleaseRecord | null): ServiceSet => ({
  ...current?.services,
  ...rendered,
})

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
const refusePartOfNothing = ({ services }: DeployRequest, current: ReleaseRecord | null, environment: string): void => {
  const missing = serviceNames.filter((name) => !services.includes(name))
  if (current !== null || missing.length === 0) return
  throw new ShopctlError({
    code: 'NO_RELEASE_TO_CHANGE',
    outcome: 'refused',
    what: `${environment} has no release yet, so its first one cannot leave out ${missing.join(' and ')}.`,
    fix: [toType(`deploy --env ${environment}`)],
  })
}

const hasNewMigrations = (current: ReleaseRecord | null, wanted: ServiceSet): readonly string[] =>
  Object.entries(wanted)
    .filter(([service, { migrationsHash, settingsHash }]) => {
      const now = current?.services[service]
      return now?.migrationsHash !== migrationsHash || now.settingsHash !== settingsHash
    })
    .map(([service]) => service)

/** Nothing differs and all of it is up: asked of the platform itself, since a record cannot know of a reboot. */
const nothingToDo = async (
  situation: Situation,
  artifacts: readonly Artifact[],
  means: FlowMeans,
): Promise<boolean> => {
  const { current, unfinished } = situation
  if (current === null || unfinished !== null) return false
  const wanted = wholeSet(await means.platform.render(artifacts), current)
  if (changesBetween(current.services, wanted).length > 0) return false
  return isUp(current, await means.platform.running())
}

const dryRun = async (
  situation: Situation,
  artifacts: readonly Artifact[],
  means: FlowMeans,
): Promise<DeployResult> => {
  const { current } = situation
  if (current === null) {
    const changes = artifacts.map(({ service, digest }): ServiceChange => {
      return { service, from: null, to: digest, settings: 'changed' }
    })
    return { outcome: 'would-change', release: null, changes }
  }
  const wanted = wholeSet(await means.platform.render(artifacts), current)
  const changes = changesBetween(current.services, wanted)
  return { outcome: changes.length > 0 ? 'would-change' : 'unchanged', release: current, changes }
}

const bringBack = async (current: ReleaseRecord, means: FlowMeans, steps: Steps): Promise<DeployResult> => {
  const returned = await steps.run('apply', (say) => returnTo(current, { means, say, signal: means.interrupted }))
  if (!returned.proven) {
    throw new ShopctlError({
      code: 'NOT_BROUGHT_BACK',
      outcome: 'failed',
      what: `Release ${current.number} was started again in ${means.environment}, but is not healthy.`,
      why: returned.reasons,
      fix: [toType(`logs --env ${means.environment}`), toType(`status --env ${means.environment}`)],
    })
  }
  return { outcome: 'brought-back', release: current, changes: [] }
}

/**
 * The shop as the source has it, released as one: built, tried out beside what users are on, moved over when proven,
 * and taken back as one when not. `build` may be replaced where artifacts are at hand (the inner loop).
 */
export const deploy = async (request: DeployRequest, means: FlowMeans): Promise<DeployResult> => {
  const { platform, environment, interrupted } = means
  const steps = beginFlow(request.mode === 'dry-run' ? 'diff' : 'deploy', means)

  const before = await steps.run('plan', () => readSituation(means))
  refusePartOfNothing(request, before.current, environment)
  const artifacts = await steps.run('build', () => platform.build(request.services, interrupted))
  steps.skip('scan', 'bundles are not scanned; images are')

  if (request.mode === 'dry-run') return steps.run('render', () => dryRun(before, artifacts, means))
  const idle = await steps.run('render', () => nothingToDo(before, artifacts, means))
  if (idle) return { outcome: 'unchanged', release: before.current, changes: [] }

  return withLock({ means, steps, why: request.why ?? 'deploy', waitSeconds: request.waitSeconds }, async (lock) => {
    await steps.run('prepare', () => platform.prepare(interrupted))
    const { records, current } = await mendFirst(means, steps)

    const services = wholeSet(await platform.render(artifacts), current)
    const changes = changesBetween(current?.services ?? {}, services)
    if (current !== null && changes.length === 0) return bringBack(current, means, steps)
    const changing = changes.flatMap(({ service }) => {
      const wanted = services[service]
      return wanted === undefined ? [] : [[service, wanted] as const]
    })
    // What stays as it is has just been serving: an old verdict on it stops nobody.
    if (request.force === 'no') refuseKnownBad(records, Object.fromEntries(changing), environment)

    const wanted: Wanted = {
      kind: 'deploy',
      services,
      commit: await means.commit(),
      why: request.why,
      restores: null,
      toMigrate: hasNewMigrations(current, services),
      demoData: current === null ? request.demoData : 'none',
      proven: provenServices(records, services),
      policy: means.policy,
    }
    const release = await carryOut(wanted, { means, steps, lock, previous: current })
    return { outcome: 'deployed', release, changes }
  })
}

/** Under the lock an unfinished record has no living owner: it is mended before anything else is tried. */
export const mendFirst = async (means: FlowMeans, steps: Steps): Promise<Situation> => {
  const found = await readSituation(means)
  if (found.unfinished === null) return found
  const previous = found.records.find(({ number }) => number === found.unfinished?.previous) ?? null
  await mend({ means, steps, signal: means.interrupted, abandoned: found.unfinished, previous })
  return readSituation(means)
}
