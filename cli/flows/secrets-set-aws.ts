import { z } from 'zod'
import { ShopctlError } from '../errors/shopctl-error.ts'
import { toType } from '../errors/to-type.ts'
import { awsSecretFor, keyedSecrets } from '../platforms/kubernetes/aws-secret-values.ts'
import { parseAwsSecret } from '../platforms/kubernetes/aws-secrets.ts'
import { encryptedFile, type SecretSetting, type SecretsMeans, usableValue } from './secrets.ts'
import { secretNotMade, withVault } from './secrets-vault.ts'

const values = z.record(z.string(), z.string())

/** Of people who set different settings of one secret at once each gets through within a few tries. */
const tries = 5

const madeByShopctl = ({ name }: SecretSetting, secret: string, environment: string): ShopctlError =>
  new ShopctlError({
    code: 'SECRET_MADE_BY_SHOPCTL',
    outcome: 'refused',
    what: `${name} is a part of the secret ${secret} in AWS, which shopctl makes itself; nothing was changed.`,
    why: ['a value of somebody else would not be the one that the database or the cache knows'],
    fix: [
      ...(secret === 'cache' ? [] : [toType(`secrets rotate ${secret} --env ${environment}`)]),
      toType(`secrets set ${name} --env ${environment} --in file`),
    ],
  })

export type SetInAws = {
  /** `shop/staging/mail` */
  readonly secret: string
  /** The encrypted file has a value of the same setting, and wins. */
  readonly hiddenBy: string | null
}

/**
 * Keeps one setting in the environment's secret in AWS. Throws SECRET_MADE_BY_SHOPCTL, SECRET_NOT_MADE,
 * SECRET_UNUSABLE (refused), SECRET_CHANGED (unknown) where others are always quicker.
 */
export const setSecretInAws = async (means: SecretsMeans, setting: SecretSetting, given: string): Promise<SetInAws> => {
  const { environment, keepSecret } = means
  const value = usableValue(setting.name, given)
  const name = awsSecretFor(setting.service, setting.name)
  if (!keyedSecrets.has(name)) throw madeByShopctl(setting, name, environment.name)
  const file = encryptedFile(means)
  const own = await file.read()
  const hidden = own.some((each) => each.service === setting.service && each.name === setting.name)
  const key = setting.service === '*' ? setting.name : `${setting.service}.${setting.name}`

  return withVault(means, async (vault, { prefix }) => {
    const id = `${prefix}${name}`
    const secret = await vault.describe(id)
    if (secret === null) throw secretNotMade(id, environment.name)
    for (let attempt = 0; attempt < tries; attempt++) {
      const before = await vault.read(id)
      if (before !== null) {
        keepSecret(before.text)
        parseAwsSecret({ id, name, text: before.text })
      }
      const after = JSON.stringify({ ...values.parse(JSON.parse(before?.text ?? '{}')), [key]: value })
      keepSecret(after)
      const put = before === null ? vault.putFirst(secret, after) : vault.replace(id, after, before)
      if (await put) return { secret: id, hiddenBy: hidden ? file.path : null }
    }
    throw new ShopctlError({
      code: 'SECRET_CHANGED',
      outcome: 'unknown',
      what: `${setting.name} was not kept in ${id}: others changed it each time.`,
      why: [`${tries} tries`],
      fix: [toType(`secrets list --env ${environment.name}`)],
    })
  })
}
