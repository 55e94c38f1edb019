import { ShopctlError } from '../errors/shopctl-error.ts'
import { toType } from '../errors/to-type.ts'
import { position } from '../releases/history.ts'
import {
  irreversibleForPromotion,
  type Promotion,
  promotedPosition,
  provenInTarget,
} from '../releases/promoted-order.ts'
import type { ReleaseRecord } from '../releases/release.ts'
import type { Situation } from './situation.ts'

export type GoingBackRequest = {
  readonly release: ReleaseRecord
  /** All of its environment, newest first. */
  readonly source: readonly ReleaseRecord[]
  readonly target: Pick<Situation, 'records' | 'current'>
  readonly environment: string
  /** Goes back, but across no migration that cannot be undone: only a rollback does. */
  readonly force: 'no' | 'force'
  readonly forced: string
}

const older = (last: number, { release, source, environment, forced }: GoingBackRequest): ShopctlError => {
  const there = position(source, release)
  const words = there === release.number ? `${there}` : `release ${release.number}, which is what ${there} was`
  return new ShopctlError({
    code: 'PROMOTION_GOES_BACK',
    outcome: 'refused',
    what: `${environment} has been on release ${last} of ${release.environment} already, which is newer than ${words}; nothing was changed.`,
    why: ['a rollback knows which migrations cannot be undone; a promotion does not'],
    fix: [toType(`rollback --env ${environment}`), forced],
  })
}

const refuseIrreversible = (promotion: Promotion, current: ReleaseRecord, environment: string): void => {
  const migrations = irreversibleForPromotion(promotion, current)
  if (migrations.length === 0) return
  const { release } = promotion
  const proven = provenInTarget(promotion)
  throw new ShopctlError({
    code: 'MIGRATION_IRREVERSIBLE',
    outcome: 'refused',
    what: `Release ${release.number} of ${release.environment} may not run on the databases of ${environment} as they are now; nothing was changed, users stay on release ${current.number}.`,
    why: migrations.map(({ service, name }) => `${service}: migration ${name} cannot be undone`),
    fix: [
      toType(
        proven === null
          ? `history --env ${environment}`
          : `rollback --env ${environment} --to ${proven.number} --force`,
      ),
    ],
  })
}

/**
 * Older code than what was promoted last may not fit the databases. Throws PROMOTION_GOES_BACK, or where that is forced
 * MIGRATION_IRREVERSIBLE; both are refused.
 */
export const refuseGoingBack = (request: GoingBackRequest): void => {
  const { release, source, target, environment, force } = request
  const { current } = target
  if (current === null) return
  const promotion: Promotion = { release, source, target: target.records }
  const last = promotedPosition(current, promotion)
  if (last === null || last <= position(source, release)) return
  if (force === 'no') throw older(last, request)
  refuseIrreversible(promotion, current, environment)
}
