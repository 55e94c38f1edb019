import { irreversibleOf, position } from './history.ts'
import type { MigrationRecord, ReleaseRecord } from './release.ts'

type Records = readonly ReleaseRecord[]

/** Records of two environments, newest first: where a release is taken from, and where it would go to. */
export type Promotion = { readonly release: ReleaseRecord; readonly source: Records; readonly target: Records }

/** Where a release of the source stands that the target was given; null where that was not given from there. */
export const promotedPosition = (record: ReleaseRecord, { release, source }: Promotion): number | null => {
  const from = record.promotedFrom
  if (from === null || from.environment !== release.environment) return null
  const given = source.find(({ number }) => number === from.release)
  return given === undefined ? from.release : position(source, given)
}

/** Settings differ from environment to environment; what code a release is, its digests say. */
const sameDigest = (left: ReleaseRecord, right: ReleaseRecord, service: string): boolean =>
  left.services[service]?.digest === right.services[service]?.digest

const sameCode = (left: ReleaseRecord, right: ReleaseRecord): boolean =>
  [...new Set([...Object.keys(left.services), ...Object.keys(right.services)])].every((service) =>
    sameDigest(left, right, service),
  )

/** The newest in the target that ran healthy with the code of the release; null where it never has. */
export const provenInTarget = ({ release, target }: Promotion): ReleaseRecord | null =>
  target.find((record) => record.state === 'succeeded' && sameCode(record, release)) ?? null

/**
 * Migrations of the target that cannot be undone and that the release may not know: those that came after it last ran
 * healthy there, without those of what stands no later than it does.
 */
export const irreversibleForPromotion = (promotion: Promotion, current: ReleaseRecord): readonly MigrationRecord[] => {
  const { release, source, target } = promotion
  const provenUpTo = provenInTarget(promotion)?.number ?? 0
  const here = position(source, release)
  const isKnown = (record: ReleaseRecord) => (promotedPosition(record, promotion) ?? Number.POSITIVE_INFINITY) <= here
  const since = target.filter((record) => record.number > provenUpTo && !isKnown(record))
  return irreversibleOf(since, (service) => !sameDigest(release, current, service))
}
