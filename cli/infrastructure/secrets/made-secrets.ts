import type { InstallationName } from '../../../stacks/installations.ts'
import { wantedNames } from './first-values.ts'
import { secretPlaces } from './secret-places.ts'
import type { SecretVault } from './secret-vault.ts'

/** Of the installation's own secrets the one that Terraform does not make. */
export const besideTerraform = 'cache'

const namesOf = (installation: InstallationName): readonly string[] =>
  secretPlaces(installation).flatMap(({ prefix, madeBy }) =>
    (madeBy === 'terraform' ? [besideTerraform] : wantedNames).map((name) => `${prefix}${name}`),
  )

/** Secrets of an installation that shopctl made by the API, and so no plan destroys or shows. */
export const findMadeSecrets = async (
  installation: InstallationName,
  vault: Pick<SecretVault, 'describe'>,
): Promise<readonly string[]> => {
  const found = await Promise.all(
    namesOf(installation).map(async (name) => ((await vault.describe(name)) === null ? [] : [name])),
  )
  return found.flat()
}

/**
 * After `infra down` those that were named before it asked: they lead to what is gone, and their key is about to be. Left
 * behind, the next `infra up` would find values that nobody can decrypt. Some hold what a person has set.
 */
export const removeMadeSecrets = async (
  names: readonly string[],
  vault: Pick<SecretVault, 'remove'>,
): Promise<void> => {
  for (const name of names) await vault.remove(name)
}
