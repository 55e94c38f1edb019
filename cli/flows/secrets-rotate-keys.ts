import { ShopctlError } from '../errors/shopctl-error.ts'
import { toType } from '../errors/to-type.ts'
import type { VaultValue } from '../infrastructure/secrets/secret-vault.ts'
import {
  finishVerdict,
  mostKeys,
  parseSigningKeys,
  type SigningKey,
  tokenSeconds,
  withNewKey,
} from '../infrastructure/secrets/signing-keys.ts'
import { type RotateResult, type Rotation, rotationUnderWay } from './secrets-rotation.ts'
import { secretNotMade } from './secrets-vault.ts'

const tokenMinutes = Math.ceil(tokenSeconds / 60)

type Held = { readonly value: VaultValue; readonly keys: readonly SigningKey[] }

/** The function made its value from what was current then, and would put it in place of another one. */
const isRotating = (stages: readonly string[]): boolean =>
  stages.includes('AWSPENDING') && !stages.includes('AWSCURRENT')

const readKeys = async ({ vault, secret, means }: Rotation): Promise<Held> => {
  if (Object.values(secret.versions).some(isRotating)) throw rotationUnderWay({ secret, means })
  const value = await vault.read(secret.name)
  if (value === null) throw secretNotMade(secret.name, means.environment.name)
  means.keepSecret(value.text)
  const keys = parseSigningKeys(value.text)
  if (keys !== null) return { value, keys }
  throw new ShopctlError({
    code: 'SECRET_INVALID',
    outcome: 'refused',
    what: `The secret ${secret.name} has another form than shopctl reads; nothing was changed.`,
    why: ['it is no JSON array of keys, each with its kid'],
    fix: [`aws secretsmanager describe-secret --secret-id ${secret.name}`],
  })
}

const put = async ({ vault, secret, means }: Rotation, keys: readonly SigningKey[], before: VaultValue) => {
  const text = JSON.stringify(keys)
  means.keepSecret(text)
  if (await vault.replace(secret.name, text, before)) return
  throw new ShopctlError({
    code: 'SECRET_CHANGED',
    outcome: 'refused',
    what: `Somebody else has just put another value into ${secret.name}; theirs is the one.`,
    fix: [toType(`secrets list --env ${means.environment.name}`)],
  })
}

const tooSoon = ({ name, means }: Rotation, why: string, fix: readonly string[]): ShopctlError =>
  new ShopctlError({
    code: 'ROTATION_TOO_SOON',
    outcome: 'refused',
    what: `${name} of ${means.environment.name} cannot be changed yet; nothing was changed.`,
    why: [why],
    fix,
  })

/** The new key first, the ones before it kept: after the next deploy they are published and sign nothing more. */
export const rotateSigningKeys = async (rotation: Rotation): Promise<RotateResult> => {
  const { secret, name, means } = rotation
  const environment = means.environment.name
  const { value, keys } = await readKeys(rotation)
  const finish = toType(`secrets rotate ${name} --env ${environment} --finish`)
  const deploy = toType(`deploy --env ${environment}`)
  if (keys.length >= mostKeys) throw tooSoon(rotation, `it holds ${keys.length} keys already`, [deploy, finish])
  await put(rotation, withNewKey(keys), value)
  const next = [
    `${deploy}: from then on tokens are signed with the new key, and those of the old one stay good`,
    `${finish}: ${tokenMinutes} minutes after that, to let the old one go`,
  ]
  return { secret: secret.name, outcome: 'rotated', next }
}

/** Drops the old keys where no token of them can be good any more. */
export const finishSigningKeys = async (rotation: Rotation): Promise<RotateResult> => {
  const { secret, means } = rotation
  const environment = means.environment.name
  const { value, keys } = await readKeys(rotation)
  const running = keys.length <= 1 ? null : await means.running()
  const verdict = finishVerdict({
    keys,
    now: means.now(),
    running: running && {
      release: running.release,
      since: running.since,
      keys: parseSigningKeys(running.given('users').JWT_PRIVATE_KEYS ?? '') ?? [],
    },
  })
  if (verdict.may === 'done') return { secret: secret.name, outcome: 'unchanged', next: [] }
  if (verdict.may === 'after-deploy') {
    const why = `release ${verdict.release} does not sign with the newest key yet`
    throw tooSoon(rotation, why, [toType(`deploy --env ${environment}`)])
  }
  if (verdict.may === 'later') {
    const why = `tokens of the old key are good until ${verdict.at.toISOString()}`
    throw tooSoon(rotation, why, [toType(`secrets rotate jwt-signing-keys --env ${environment} --finish`)])
  }
  await put(rotation, keys.slice(0, 1), value)
  const next = [`${toType(`deploy --env ${environment}`)}: from then on the old key is published no more`]
  return { secret: secret.name, outcome: 'finished', next }
}
