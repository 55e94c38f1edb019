import type { ReleaseRecord } from '../../releases/release.ts'
import { recordedDeployments } from './recorded-objects.ts'

/** Which pod template each service's Deployment asks for now: service → template hash. */
export type LiveTemplates = ReadonlyMap<string, string>

const isLive = (release: ReleaseRecord, live: LiveTemplates): boolean => {
  const wanted = recordedDeployments(release)
  return (
    wanted.length > 0 &&
    wanted.length === live.size &&
    wanted.every(({ service, template }) => live.get(service) === template)
  )
}

/** One that was taken back is not what users are on, although a later one may have the same templates. */
const mayServe: ReadonlySet<ReleaseRecord['state']> = new Set(['succeeded', 'in-progress', 'unknown'])

/**
 * The release that the Deployments ask for, all of them together; null where they are of several or of none. `records`
 * are newest first.
 */
export const servingRelease = (records: readonly ReleaseRecord[], live: LiveTemplates): number | null =>
  records.find((release) => mayServe.has(release.state) && isLive(release, live))?.number ?? null
