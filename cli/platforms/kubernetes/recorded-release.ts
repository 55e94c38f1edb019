import { ShopctlError } from '../../errors/shopctl-error.ts'
import { toType } from '../../errors/to-type.ts'
import type { ReleaseRecord } from '../../releases/release.ts'
import { planPrune } from './inventory.ts'
import type { KubeObject } from './kube-client.ts'
import { objectsOfRelease, unreadableParts } from './recorded-objects.ts'

type Recorded = Pick<ReleaseRecord, 'services' | 'shared'>

const recordUnreadable = ({ number, environment }: ReleaseRecord, why: readonly string[]): ShopctlError =>
  new ShopctlError({
    code: 'RECORD_UNREADABLE',
    outcome: 'refused',
    what: `Release ${number} of ${environment} cannot be applied from its record; nothing was changed.`,
    why,
    fix: [toType(`deploy --env ${environment}`)],
  })

/** Everything that a release applies. Throws RECORD_UNREADABLE (refused) where its record does not tell all of it. */
export const objectsToApply = (release: ReleaseRecord): readonly KubeObject[] => {
  const unreadable = unreadableParts(release)
  if (unreadable.length > 0) throw recordUnreadable(release, unreadable)
  return objectsOfRelease(release)
}

/** Releases whose settings a rollback may want, and what is being tried just now. */
const mayComeBack = ({ state }: ReleaseRecord): boolean => state === 'succeeded' || state === 'in-progress'

const isSettings = ({ kind }: KubeObject): boolean => kind === 'ConfigMap' || kind === 'Secret'

export type RetireRequest = {
  /** Null: none. */
  readonly keep: Recorded | null
  readonly records: readonly ReleaseRecord[]
  readonly live: readonly KubeObject[]
}

/**
 * What goes where one release is to stay: all that no release needs. A record that cannot be read still needs what it
 * names, so nothing goes that could be its.
 */
export const objectsToRetire = ({ keep, records, live }: RetireRequest): readonly KubeObject[] => {
  if (keep === null) return planPrune({ live, wanted: [], kept: [] })
  if (unreadableParts(keep).length > 0) return []
  const kept = records.filter(mayComeBack)
  const isTold = kept.every((record) => unreadableParts(record).length === 0)
  const goes = planPrune({ live, wanted: objectsOfRelease(keep), kept: kept.flatMap(objectsOfRelease) })
  return isTold ? goes : goes.filter((object) => !isSettings(object))
}
