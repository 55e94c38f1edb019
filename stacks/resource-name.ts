import type { InstallationFacts } from './installations.ts'

/** `shop-prod`, `shop-prod-database`: the cluster has the name without a part. */
export const resourceName = ({ name }: Pick<InstallationFacts, 'name'>, part?: string): string =>
  part === undefined ? `shop-${name}` : `shop-${name}-${part}`
