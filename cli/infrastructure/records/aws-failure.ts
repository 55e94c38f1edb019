import { ShopctlError } from '../../errors/shopctl-error.ts'

/** Errors of the SDK by their names: who asks is not known, or not any more. */
const loggedOut: ReadonlySet<string> = new Set([
  'CredentialsProviderError',
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidAccessKeyId',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'SignatureDoesNotMatch',
  'TokenProviderError',
  'UnrecognizedClientException',
])

const forbidden: ReadonlySet<string> = new Set(['AccessDenied', 'AccessDeniedException', 'Forbidden'])

type Asking = {
  /** After "AWS …": `could not be asked for the records of the dev installation`. */
  readonly doing: string
  readonly fix?: readonly string[]
}

const wordsOf = (error: unknown): string => {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(wordsOf).join('; ')
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error)
}

/** HTTP's own answer where the SDK could not name the error: HEAD has no body that would. */
const statusOf = (error: unknown): number | null => {
  if (!(error instanceof Error) || !('$metadata' in error)) return null
  const metadata: unknown = error.$metadata
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return null
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : null
}

export const isStatus = (error: unknown, status: number): boolean => statusOf(error) === status

/**
 * What an error of the AWS SDK means: AWS_NOT_LOGGED_IN or AWS_FORBIDDEN (refused), or AWS_UNREACHABLE (unknown).
 * AWS's sentences name accounts and roles but no secret.
 */
export const awsFailure = (error: unknown, { doing, fix = [] }: Asking): ShopctlError => {
  if (error instanceof ShopctlError) return error
  const name = error instanceof Error ? error.name : ''
  const shared = { why: [wordsOf(error)], cause: error }
  if (loggedOut.has(name)) {
    return new ShopctlError({
      ...shared,
      code: 'AWS_NOT_LOGGED_IN',
      outcome: 'refused',
      what: `AWS does not know who asks; it was ${doing}.`,
      fix: ['aws sso login', 'aws sts get-caller-identity', ...fix],
    })
  }
  if (forbidden.has(name) || isStatus(error, 403)) {
    return new ShopctlError({
      ...shared,
      code: 'AWS_FORBIDDEN',
      outcome: 'refused',
      what: `AWS did not allow it; it was ${doing}.`,
      fix: ['aws sts get-caller-identity', ...fix],
    })
  }
  return new ShopctlError({
    ...shared,
    code: 'AWS_UNREACHABLE',
    outcome: 'unknown',
    what: `AWS gave no answer; it was ${doing}.`,
    fix: ['aws sts get-caller-identity', ...fix],
  })
}
