import { ShopctlError } from '../../errors/shopctl-error.ts'
import { toType } from '../../errors/to-type.ts'

export type EksPlace = {
  readonly name: string
  readonly region: string
  readonly account: string
  /** For the command that makes the cluster: `infra up --env …`. */
  readonly environment: string
}

const waysIn = [
  'aws sso login',
  'export AWS_PROFILE=my-profile',
  'export AWS_ACCESS_KEY_ID=my-key-id AWS_SECRET_ACCESS_KEY=my-secret-key',
]

/** What AWS says, or the SDK before it asks, by the name of the error. */
const unknownCaller: ReadonlySet<string> = new Set([
  'CredentialsProviderError',
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidClientTokenId',
  'InvalidSignatureException',
  'ProcessCredentialsProviderError',
  'TokenProviderError',
  'UnrecognizedClientException',
])

const forbidden: ReadonlySet<string> = new Set(['AccessDenied', 'AccessDeniedException'])

const inWords = (error: unknown): string => (error instanceof Error ? `${error.name}: ${error.message}` : String(error))

/** What keeps us from the cluster before Kubernetes is asked anything. */
export const eksFailure = (error: unknown, { name, region, environment }: EksPlace): ShopctlError => {
  const kind = error instanceof Error ? error.name : ''
  const why = [inWords(error)]
  const describe = `aws eks describe-cluster --name ${name} --region ${region}`
  if (unknownCaller.has(kind)) {
    const what = `AWS does not know who asks for the cluster ${name} of ${environment}; nothing was changed.`
    return new ShopctlError({ code: 'AWS_NOT_LOGGED_IN', outcome: 'refused', what, why, fix: waysIn, cause: error })
  }
  if (forbidden.has(kind)) {
    const what = `AWS did not let you look up the cluster ${name} in ${region}; nothing was changed.`
    const fix = ['aws sts get-caller-identity', describe]
    return new ShopctlError({ code: 'EKS_FORBIDDEN', outcome: 'refused', what, why, fix, cause: error })
  }
  if (kind === 'ResourceNotFoundException') {
    const what = `There is no EKS cluster ${name} in ${region}; nothing was changed.`
    const fix = [toType(`infra up --env ${environment}`), `aws eks list-clusters --region ${region}`]
    return new ShopctlError({ code: 'EKS_CLUSTER_MISSING', outcome: 'refused', what, why, fix, cause: error })
  }
  const what = `EKS in ${region} gave no answer about the cluster ${name} of ${environment}.`
  return new ShopctlError({ code: 'UNREACHABLE', outcome: 'unknown', what, why, fix: [describe], cause: error })
}

export const eksNotReady = ({ name, environment }: EksPlace, status: string): ShopctlError =>
  new ShopctlError({
    code: 'EKS_CLUSTER_NOT_READY',
    outcome: 'refused',
    what: `The EKS cluster ${name} of ${environment} has no address yet; nothing was changed.`,
    why: [`its status is ${status}`],
    fix: [toType(`infra up --env ${environment}`)],
  })

export const eksOtherAccount = ({ name, account, environment }: EksPlace, arn: string): ShopctlError =>
  new ShopctlError({
    code: 'EKS_OTHER_ACCOUNT',
    outcome: 'refused',
    what: `Your AWS credentials lead to another cluster ${name} than that of ${environment}; nothing was changed.`,
    why: [`${environment} is in account ${account}, and what was found is ${arn}`],
    fix: ['aws sts get-caller-identity', 'export AWS_PROFILE=my-profile'],
  })
