import type { Artifact, FieldDifference, Platform, Rendered, ServiceSet } from '../platforms/platform.ts'
import type { ReleaseRecord } from '../releases/release.ts'
import type { FlowMeans } from './means.ts'
import { withDatabase } from './refill.ts'
import { changesBetween, isUp, type ServiceChange, type Situation } from './situation.ts'

type Comparison = { readonly wanted: Rendered | null; readonly changes: readonly ServiceChange[] }

/** What runs and is not released anew now stays in the set as its record has it. */
export const whole = (
  rendered: Rendered,
  current: ReleaseRecord | null,
  { services }: Pick<Platform, 'services'>,
): Rendered => {
  const all: ServiceSet = { ...current?.services, ...rendered.services }
  // A service that the shop no longer has goes away with the next release.
  const members = Object.entries(all).filter(([service]) => services.includes(service))
  return { services: Object.fromEntries(members), shared: rendered.shared }
}

/** What would change. Before the first release there is nothing to render from: everything would. */
export const compare = async (
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

/** The same with what other hands have changed since, field by field where the platform can tell. */
export const compareWithLive = async (
  current: ReleaseRecord | null,
  artifacts: readonly Artifact[],
  means: FlowMeans,
): Promise<{ readonly changes: readonly ServiceChange[]; readonly fields: readonly FieldDifference[] }> => {
  const { wanted, changes } = await compare(current, artifacts, means)
  const { platform, interrupted } = means
  const fields = wanted === null ? [] : ((await platform.compareLive?.(wanted, interrupted)) ?? [])
  return { changes, fields }
}

/** Nothing differs and all of it is up: asked of the platform itself, since a record cannot know of a reboot. */
export const nothingToDo = async (
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

export const servicesToMigrate = (current: ReleaseRecord | null, wanted: ServiceSet): readonly string[] =>
  withDatabase(wanted).filter((service) => {
    const now = current?.services[service]
    const then = wanted[service]
    return now?.migrationsHash !== then?.migrationsHash || now?.settingsHash !== then?.settingsHash
  })

/** The newest verdict on each digest of the set; what is not released anew keeps the one of the release before. */
export const scansOf = (services: ServiceSet, scans: ReleaseRecord['scans']): ReleaseRecord['scans'] =>
  Object.entries(services).flatMap(([service, { digest }]) => {
    const verdict = scans.find((scan) => scan.service === service && scan.digest === digest)
    return verdict === undefined ? [] : [verdict]
  })
