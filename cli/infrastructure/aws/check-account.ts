import type { STSClient } from '@aws-sdk/client-sts'
import { interruption } from '../../errors/interruption.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { awsRefusal } from './aws-refusal.ts'
import { checkRegion } from './check-region.ts'
import { waysIn } from './ways-in.ts'

export type AwsPlace = {
  /** As it was typed after `--env`. */
  readonly environment: string
  readonly account: string
  readonly region: string
}

export type Caller = { readonly account: string; readonly arn: string }

/** The chain ends at the metadata service of a machine, which somewhere else answers nothing at all. */
const loginSeconds = 4
const answerSeconds = 10

const inWords = (error: unknown): string => (error instanceof Error ? `${error.name}: ${error.message}` : String(error))

const notLoggedIn = (environment: string, cause: unknown): ShopctlError =>
  new ShopctlError({
    code: 'AWS_NOT_LOGGED_IN',
    outcome: 'refused',
    what: `There are no AWS credentials for ${environment}; nothing was changed.`,
    why: [inWords(cause)],
    fix: waysIn,
    cause,
  })

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : '')

/** A profile may assume a role, so that AWS itself can say no already here. */
const refusalOf = (error: unknown, environment: string): ShopctlError | null => {
  const refusal = awsRefusal({ name: nameOf(error), text: inWords(error), environment })
  if (refusal === null) return null
  return new ShopctlError({
    ...refusal,
    what: `${refusal.what} Nothing was changed.`,
    why: [inWords(error)],
    cause: error,
  })
}

const logIn = async (client: STSClient, environment: string): Promise<void> => {
  const deadline = AbortSignal.timeout(loginSeconds * 1000)
  const outOfTime = new Promise<never>((_resolve, reject) => {
    const late = () => reject(new Error(`no place where credentials can be answered within ${loginSeconds} s`))
    deadline.addEventListener('abort', late, { once: true })
  })
  await Promise.race([client.config.credentials(), outOfTime]).catch((error: unknown) => {
    throw refusalOf(error, environment) ?? notLoggedIn(environment, error)
  })
}

const askIdentity = async (client: STSClient, environment: string, signal: AbortSignal): Promise<Caller> => {
  const { GetCallerIdentityCommand } = await import('@aws-sdk/client-sts')
  const abortSignal = AbortSignal.any([signal, AbortSignal.timeout(answerSeconds * 1000)])
  const { Account: account = '', Arn: arn = '' } = await client
    .send(new GetCallerIdentityCommand({}), { abortSignal })
    .catch((error: unknown) => {
      if (signal.aborted) throw interruption(signal, 'asking AWS who you are')
      const refusal = refusalOf(error, environment)
      if (refusal !== null) throw refusal
      throw new ShopctlError({
        code: 'AWS_UNREACHABLE',
        outcome: 'unknown',
        what: `AWS did not say within ${answerSeconds} s who asks for ${environment}; nothing was changed.`,
        why: [inWords(error)],
        fix: ['aws sts get-caller-identity'],
        cause: error,
      })
    })
  return { account, arn }
}

/**
 * Who asks, and that it is somebody of the environment's own account. Throws AWS_REGION_UNKNOWN (usage),
 * AWS_NOT_LOGGED_IN, AWS_TOKEN_EXPIRED, AWS_FORBIDDEN, AWS_OTHER_ACCOUNT (refused), AWS_UNREACHABLE (unknown), INTERRUPTED.
 */
export const checkAccount = async (place: AwsPlace, signal: AbortSignal): Promise<Caller> => {
  const { environment, account, region } = place
  checkRegion(region, place)
  const { STSClient } = await import('@aws-sdk/client-sts')
  const client = new STSClient({ region, maxAttempts: 2 })
  await logIn(client, environment)
  const caller = await askIdentity(client, environment, signal)
  if (caller.account === account) return caller
  throw new ShopctlError({
    code: 'AWS_OTHER_ACCOUNT',
    outcome: 'refused',
    what: `Your AWS credentials are of account ${caller.account}, and ${environment} is in ${account}; nothing was changed.`,
    why: [`you are ${caller.arn}`],
    fix: ['aws sts get-caller-identity', 'export AWS_PROFILE=my-profile'],
  })
}
