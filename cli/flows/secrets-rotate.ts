import { ShopctlError } from '../errors/shopctl-error.ts'
import { toType } from '../errors/to-type.ts'
import { keyedSecrets } from '../platforms/kubernetes/aws-secret-values.ts'
import { rotateDatabase } from './secrets-rotate-database.ts'
import { finishSigningKeys, rotateSigningKeys } from './secrets-rotate-keys.ts'
import type { RotateMeans, RotateRequest, RotateResult } from './secrets-rotation.ts'
import { secretNotMade, withVault } from './secrets-vault.ts'

const notHere = ({ name }: RotateRequest, environment: string): ShopctlError => {
  const keyed = keyedSecrets.has(name)
  return new ShopctlError({
    code: 'ROTATION_BY_HAND',
    outcome: 'refused',
    what: `${name} of ${environment} cannot be rotated by shopctl; nothing was changed.`,
    why: [
      keyed
        ? 'only who gave its keys can give others: get a new one there, set it, deploy, then end the old one there'
        : 'its server takes one password at a time, so that a new one would lock out the pods which run',
    ],
    fix: keyed
      ? [toType(`secrets set NAME --env ${environment} --in aws`), toType(`deploy --env ${environment}`)]
      : [toType(`secrets list --env ${environment}`)],
  })
}

const nothingToFinish = ({ name }: RotateRequest): ShopctlError =>
  new ShopctlError({
    code: 'NOTHING_TO_FINISH',
    outcome: 'usage',
    what: `${name} has no --finish; nothing was changed.`,
    why: ['the login before the current one stays good until the next rotation, which gives it a new password'],
  })

/**
 * Changes a secret so that what runs goes on: both values are good until the next deploy. Throws ROTATION_BY_HAND,
 * ROTATION_TOO_SOON, ROTATION_UNDER_WAY, NO_ROTATION, SECRET_NOT_MADE (refused), SECRET_CHANGED (refused) where somebody
 * else was quicker, ROTATION_UNPROVEN (unknown).
 */
export const rotateSecret = async (request: RotateRequest, means: RotateMeans): Promise<RotateResult> => {
  const { name, part } = request
  const isDatabase = name.startsWith('database-')
  if (!isDatabase && name !== 'jwt-signing-keys') throw notHere(request, means.environment.name)
  if (isDatabase && part === 'finish') throw nothingToFinish(request)
  return withVault(means, async (vault, { prefix }) => {
    const id = `${prefix}${name}`
    const secret = await vault.describe(id)
    if (secret === null) throw secretNotMade(id, means.environment.name)
    const rotation = { vault, secret, name, means }
    if (isDatabase) return rotateDatabase(rotation)
    return part === 'finish' ? finishSigningKeys(rotation) : rotateSigningKeys(rotation)
  })
}
