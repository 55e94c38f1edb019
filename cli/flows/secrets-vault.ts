import { ShopctlError } from '../errors/shopctl-error.ts'
import { toType } from '../errors/to-type.ts'
import type { SecretVault } from '../infrastructure/secrets/secret-vault.ts'
import { awsSecrets } from '../platforms/kubernetes/aws-secret-values.ts'
import type { SecretsMeans } from './secrets.ts'

export type AwsPlace = { readonly region: string; readonly prefix: string }

/** Where the environment's secrets are in AWS. Throws NO_AWS_SECRETS (refused) where they are not there. */
export const awsPlace = ({ environment }: SecretsMeans): AwsPlace => {
  const place = environment.kubernetes?.secrets ?? null
  if (place !== null) return place
  throw new ShopctlError({
    code: 'NO_AWS_SECRETS',
    outcome: 'refused',
    what: `The environment ${environment.name} has no secrets in AWS; nothing was changed.`,
    why: ['only environments on managed foundations have'],
    fix: [toType(`secrets list --env ${environment.name}`)],
  })
}

/** Does something with Secrets Manager and lets go of it. */
export const withVault = async <Value>(
  means: SecretsMeans,
  act: (vault: SecretVault, place: AwsPlace) => Promise<Value>,
): Promise<Value> => {
  const place = awsPlace(means)
  const { openSecretVault } = await import('../infrastructure/secrets/open-secret-vault.ts')
  const vault = await openSecretVault({ region: place.region, signal: means.signal })
  try {
    return await act(vault, place)
  } finally {
    vault.close()
  }
}

/** Names of secrets below an environment's prefix, as `rotate` and `get` take them. */
export const awsSecretNames: readonly string[] = Object.keys(awsSecrets)

export const secretNotMade = (id: string, environment: string): ShopctlError =>
  new ShopctlError({
    code: 'SECRET_NOT_MADE',
    outcome: 'refused',
    what: `There is no secret ${id} in AWS; nothing was changed.`,
    why: ['`infra up` makes it, and puts the first value there'],
    fix: [toType(`infra up --env ${environment}`)],
  })
