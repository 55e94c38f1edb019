import { ShopctlError } from '../errors/shopctl-error.ts'
import { toType } from '../errors/to-type.ts'
import type { SecretVault, VaultSecret } from '../infrastructure/secrets/secret-vault.ts'
import type { ClusterSecretsMeans } from './secrets-diff.ts'

export type RotateRequest = {
  /** Below the environment's prefix: `jwt-signing-keys`. */
  readonly name: string
  /** `finish`: the old value goes, once nobody can have use for it. */
  readonly part: 'begin' | 'finish'
}

export type RotateResult = {
  /** `shop/staging/jwt-signing-keys` */
  readonly secret: string
  readonly outcome: 'rotated' | 'finished' | 'unchanged'
  /** What holds now and what comes next, for people. */
  readonly next: readonly string[]
}

export type RotateMeans = ClusterSecretsMeans & { readonly now: () => Date; readonly say: (message: string) => void }

export type Rotation = {
  readonly vault: SecretVault
  readonly secret: VaultSecret
  readonly name: string
  readonly means: RotateMeans
}

export const rotationUnderWay = ({ secret, means }: Pick<Rotation, 'secret' | 'means'>): ShopctlError =>
  new ShopctlError({
    code: 'ROTATION_UNDER_WAY',
    outcome: 'refused',
    what: `A rotation of ${secret.name} has not ended yet; no other was begun.`,
    why: ['AWS tries it again by itself'],
    fix: [toType(`secrets list --env ${means.environment.name}`)],
  })
