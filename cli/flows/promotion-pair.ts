import type { EnvironmentFacts } from '../../stacks/environments.ts'
import { ShopctlError } from '../errors/shopctl-error.ts'
import { toType } from '../errors/to-type.ts'

export type PromotionPair = {
  readonly from: EnvironmentFacts
  readonly to: EnvironmentFacts
  readonly variables: Readonly<Record<string, string | undefined>>
}

/** Before anybody is asked: throws SAME_ENVIRONMENT, PROMOTION_NOT_LOCAL or ONE_NAMESPACE (refused). */
export const requirePromotionPair = ({ from, to, variables }: PromotionPair): void => {
  if (from.name === to.name) {
    throw new ShopctlError({
      code: 'SAME_ENVIRONMENT',
      outcome: 'refused',
      what: `A release is promoted to another environment, and both are ${to.name}; nothing was changed.`,
      fix: [toType(`deploy --env ${to.name}`)],
    })
  }
  if (from.kubernetes === null || to.kubernetes === null) {
    throw new ShopctlError({
      code: 'PROMOTION_NOT_LOCAL',
      outcome: 'refused',
      what: `Nothing is promoted from or to local, which runs bundles and no images; nothing was changed.`,
      fix: [toType('deploy --env local'), toType('release promote --from staging --to prod')],
    })
  }
  const namespace = variables.SHOPCTL_NAMESPACE
  if (!namespace) return
  throw new ShopctlError({
    code: 'ONE_NAMESPACE',
    outcome: 'refused',
    what: `${from.name} and ${to.name} would be looked for in one namespace; nothing was changed.`,
    why: [`SHOPCTL_NAMESPACE is ${namespace}`],
    fix: ['unset SHOPCTL_NAMESPACE'],
  })
}
