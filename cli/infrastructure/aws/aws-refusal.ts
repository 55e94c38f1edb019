import type { Failure } from '../../errors/shopctl-error.ts'
import { waysIn } from './ways-in.ts'

const expired: ReadonlySet<string> = new Set(['ExpiredToken', 'ExpiredTokenException', 'RequestExpired'])

const unknownCaller: ReadonlySet<string> = new Set([
  'AuthFailure',
  'InvalidAccessKeyId',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'SignatureDoesNotMatch',
  'UnrecognizedClientException',
])

const forbidden: ReadonlySet<string> = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'AuthorizationError',
  'Forbidden',
  'UnauthorizedOperation',
])

type Answer = {
  /** The name of AWS's error: `ExpiredToken`. */
  readonly name: string
  /** Its sentence. IAM's has one form for all services, and no field for what it names. */
  readonly text: string
  readonly environment: string
}

export type Refusal = Pick<Failure, 'code' | 'outcome' | 'what' | 'fix'>

/** What AWS's own no means: AWS_TOKEN_EXPIRED, AWS_NOT_LOGGED_IN, AWS_FORBIDDEN (all refused); null for other errors. */
export const awsRefusal = ({ name, text, environment }: Answer): Refusal | null => {
  const outcome = 'refused'
  if (expired.has(name)) {
    return { code: 'AWS_TOKEN_EXPIRED', outcome, what: `Your AWS login for ${environment} has expired.`, fix: waysIn }
  }
  if (unknownCaller.has(name)) {
    const what = `AWS does not know the credentials that you have for ${environment}.`
    return { code: 'AWS_NOT_LOGGED_IN', outcome, what, fix: waysIn }
  }
  if (!forbidden.has(name)) return null
  const [, principal = 'you', action = 'do this'] =
    /User: (\S+) is not authorized to perform: ([\w:-]+)/.exec(text) ?? []
  const what = `AWS does not let ${principal} ${action} for ${environment}.`
  return { code: 'AWS_FORBIDDEN', outcome, what, fix: ['aws sts get-caller-identity'] }
}
