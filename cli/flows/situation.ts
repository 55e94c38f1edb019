import { isDeepStrictEqual } from 'node:util'
import type { Rendered, RunningState, ServiceSet } from '../platforms/platform.ts'
import { abandonedRelease, currentRelease } from '../releases/history.ts'
import type { ReleaseRecord } from '../releases/release.ts'
import type { FlowMeans } from './means.ts'

/** What the records say about an environment. */
export type Situation = {
  /** Newest first. */
  readonly records: readonly ReleaseRecord[]
  /** The release that users should be on; null before the first success. */
  readonly current: ReleaseRecord | null
  /** A record in progress; whether its process lives, the lock tells. */
  readonly unfinished: ReleaseRecord | null
}

/** Reads the records and says which could not be read; those are set aside and lose nobody a release number. */
export const readSituation = async ({
  platform,
  reporter,
}: Pick<FlowMeans, 'platform' | 'reporter'>): Promise<Situation> => {
  const { records, setAside } = await platform.releases.list()
  for (const { what, why, movedTo } of setAside) {
    const message = `${what} could not be read (${why}); it was set aside as ${movedTo}.`
    reporter.emit({ type: 'warning', message, fix: [] })
  }
  return { records, current: currentRelease(records), unfinished: abandonedRelease(records) }
}

export type ServiceChange = {
  readonly service: string
  readonly from: string | null
  readonly to: string | null
  readonly settings: 'same' | 'changed'
  /** The rendered manifest where digest and settings are the same: probes, limits, replicas. */
  readonly manifest: 'same' | 'changed'
}

const sharedChange = (from: Rendered['shared'], to: Rendered['shared']): readonly ServiceChange[] =>
  isDeepStrictEqual(from, to)
    ? []
    : [{ service: 'shared', from: null, to: null, settings: 'same', manifest: 'changed' }]

/** What would differ between what runs and what is wanted; services that stay the same are left out. */
export const changesBetween = (from: Rendered, to: Rendered): readonly ServiceChange[] => [
  ...serviceChanges(from.services, to.services),
  ...sharedChange(from.shared, to.shared),
]

const serviceChanges = (from: ServiceSet, to: ServiceSet): readonly ServiceChange[] =>
  [...new Set([...Object.keys(from), ...Object.keys(to)])].flatMap((service): readonly ServiceChange[] => {
    const before = from[service]
    const after = to[service]
    const settings = before?.settingsHash === after?.settingsHash ? 'same' : 'changed'
    const manifest = isDeepStrictEqual(before?.manifest, after?.manifest) ? 'same' : 'changed'
    if (before?.digest === after?.digest && settings === 'same' && manifest === 'same') return []
    return [{ service, from: before?.digest ?? null, to: after?.digest ?? null, settings, manifest }]
  })

/** Services that have already succeeded here with the same digest, settings and manifest: other limits prove nothing. */
export const provenServices = (records: readonly ReleaseRecord[], wanted: ServiceSet): ReadonlySet<string> => {
  const succeeded = records.filter(({ state }) => state === 'succeeded')
  const proven = Object.entries(wanted).filter(([service, { digest, settingsHash, manifest }]) =>
    succeeded.some(({ services }) => {
      const then = services[service]
      if (then?.digest !== digest || then.settingsHash !== settingsHash) return false
      return isDeepStrictEqual(then.manifest, manifest)
    }),
  )
  return new Set(proven.map(([service]) => service))
}

/** True where users are on this release and every instance of it is ready. */
export const isUp = (release: ReleaseRecord, running: RunningState): boolean =>
  running.serving === release.number &&
  Object.keys(release.services).every((service) =>
    running.instances.some((instance) => instance.service === service && instance.state === 'ready'),
  ) &&
  running.instances.every(({ state }) => state === 'ready' || state === 'ending')
