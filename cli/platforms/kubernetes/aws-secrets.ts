import { interruption } from '../../errors/interruption.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { toType } from '../../errors/to-type.ts'
import { awsSecrets, wrongForm } from './aws-secret-values.ts'
import type { SecretEntry } from './secret-entry.ts'

export type AwsSecretsPlace = {
  readonly environment: string
  readonly region: string
  /** `shop/staging/` */
  readonly prefix: string
  /** What the encrypted file would need for AWS not to be asked. */
  readonly lacking?: readonly { readonly service: string; readonly name: string }[]
}

const loggedOut: ReadonlySet<string> = new Set([
  'CredentialsProviderError',
  'ExpiredTokenException',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'UnrecognizedClientException',
  'TokenProviderError',
])

const inWords = (error: unknown): string => (error instanceof Error ? `${error.name}: ${error.message}` : String(error))

const refusal = (error: unknown, { environment, region, lacking = [] }: AwsSecretsPlace, id: string): ShopctlError => {
  const name = error instanceof Error ? error.name : ''
  const why = [`${id}: ${inWords(error)}`]
  if (loggedOut.has(name)) {
    const what = `AWS does not know who asks for the secrets of ${environment}; nothing was changed.`
    const fix = [
      'aws sso login',
      `aws sts get-caller-identity --region ${region}`,
      ...lacking.map(({ service, name: setting }) =>
        toType(`secrets set ${setting} --env ${environment} --service ${service}`),
      ),
    ]
    if (lacking.length > 0)
      why.push('AWS is asked because the encrypted file does not have every secret that is needed')
    return new ShopctlError({ code: 'AWS_NOT_LOGGED_IN', outcome: 'refused', what, why, fix, cause: error })
  }
  if (name === 'AccessDeniedException') {
    const what = `AWS did not let you read a secret of ${environment}; nothing was changed.`
    const fix = [`aws secretsmanager get-secret-value --region ${region} --secret-id ${id} --query Name`]
    return new ShopctlError({ code: 'SECRETS_FORBIDDEN', outcome: 'refused', what, why, fix, cause: error })
  }
  const what = `Secrets Manager in ${region} could not be asked for the secrets of ${environment}; nothing was changed.`
  return new ShopctlError({ code: 'SECRETS_UNREACHABLE', outcome: 'refused', what, why, cause: error })
}

/** What the text of a secret gives the services; nothing where shopctl knows no secret of this name. Throws SECRET_INVALID. */
export const parseAwsSecret = ({
  id,
  name,
  text,
}: {
  id: string
  name: string
  text: string
}): readonly SecretEntry[] => {
  try {
    return (awsSecrets[name]?.(text) ?? []).map((entry) => ({ ...entry, origin: `Secrets Manager ${id}` }))
  } catch (error) {
    // Without the cause: what did not parse would be quoted in it.
    throw new ShopctlError({
      code: 'SECRET_INVALID',
      outcome: 'refused',
      what: `The secret ${id} in Secrets Manager has another form than shopctl reads; nothing was changed.`,
      why: [wrongForm(error)],
      fix: [`aws secretsmanager describe-secret --secret-id ${id}`],
    })
  }
}

/**
 * Every secret below the prefix that shopctl knows, one request for each; those that are not there are left out.
 * Throws AWS_NOT_LOGGED_IN, SECRETS_FORBIDDEN, SECRETS_UNREACHABLE, SECRET_INVALID (all refused), INTERRUPTED.
 */
export const fetchAwsSecrets = async (place: AwsSecretsPlace, signal: AbortSignal): Promise<readonly SecretEntry[]> => {
  const library = await import('@aws-sdk/client-secrets-manager')
  const { GetSecretValueCommand, ResourceNotFoundException, SecretsManagerClient } = library
  const client = new SecretsManagerClient({ region: place.region, maxAttempts: 3 })
  const fetchOne = async (name: string): Promise<readonly SecretEntry[]> => {
    const id = `${place.prefix}${name}`
    const command = new GetSecretValueCommand({ SecretId: id })
    const answer = await client.send(command, { abortSignal: signal }).catch((error: unknown) => {
      if (error instanceof ResourceNotFoundException) return null
      if (signal.aborted) throw interruption(signal, `asking Secrets Manager for ${id}`)
      throw refusal(error, place, id)
    })
    return answer?.SecretString === undefined ? [] : parseAwsSecret({ id, name, text: answer.SecretString })
  }
  try {
    return (await Promise.all(Object.keys(awsSecrets).map(fetchOne))).flat()
  } finally {
    client.destroy()
  }
}
