import { sellerSettings } from '../../../manifests/orders-settings.ts'
import type { EnvironmentFacts } from '../../../stacks/environments.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { entriesOf, type SecretEntry } from './secret-entry.ts'

/** Throws SELLER_MISSING (refused) where invoices have to name a seller and the team has not filled in who that is. */
export const requireSeller = (entries: readonly SecretEntry[], { name, seller }: EnvironmentFacts): void => {
  if (seller === null) return
  const given = entriesOf('orders', entries)
  const absent = Object.entries(sellerSettings(seller)).filter(
    ([setting, value]) => value === '' && !given.has(setting),
  )
  if (absent.length === 0) return
  throw new ShopctlError({
    code: 'SELLER_MISSING',
    outcome: 'refused',
    what: `Nobody is named who sells in ${name}, and every invoice has to say so; nothing was changed.`,
    why: absent.map(
      ([setting]) => `orders needs ${setting}, which the row "seller" in stacks/environments.ts leaves out`,
    ),
    fix: ["grep -n 'const seller' stacks/environments.ts"],
  })
}
