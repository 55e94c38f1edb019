import { type EnvironmentFacts, type EnvironmentName, environments } from '../../../stacks/environments.ts'
import type { InstallationName } from '../../../stacks/installations.ts'

/** Where one environment's secrets are, and which databases are its own. */
export type SecretPlace = {
  readonly environment: EnvironmentName
  /** `shop/staging/` */
  readonly prefix: string
  /** `terraform` made the secrets of the installation's own name; `shopctl` makes those of who shares it. */
  readonly madeBy: 'terraform' | 'shopctl'
  /** `users` in prod, `staging_users` where staging stands on prod's server. */
  database(name: string): string
}

const standsOn =
  (installation: InstallationName) =>
  ({ installation: own, kubernetes }: EnvironmentFacts): boolean =>
    own === installation && (kubernetes?.secrets ?? null) !== null

/**
 * The rule for environments that share an installation: each has secrets of its own below its own prefix and databases
 * of its own name, all under the installation's key, server and rotation function. The installation's own come first.
 */
export const secretPlaces = (
  installation: InstallationName,
  all: readonly EnvironmentFacts[] = Object.values(environments),
): readonly SecretPlace[] => {
  const own: SecretPlace = {
    environment: installation,
    prefix: `shop/${installation}/`,
    madeBy: 'terraform',
    database: (name) => name,
  }
  const sharing = all.filter(standsOn(installation)).flatMap(({ name, kubernetes }): readonly SecretPlace[] => {
    const prefix = kubernetes?.secrets?.prefix ?? ''
    if (name === installation || prefix === own.prefix) return []
    return [{ environment: name, prefix, madeBy: 'shopctl', database: (database) => `${name}_${database}` }]
  })
  return [own, ...sharing]
}
