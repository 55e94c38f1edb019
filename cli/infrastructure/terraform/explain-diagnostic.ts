import { dirname, join } from 'node:path'
import { quoteWord } from '../../errors/quote-word.ts'
import { type Failure, ShopctlError } from '../../errors/shopctl-error.ts'
import { toType } from '../../errors/to-type.ts'
import { awsRefusal } from '../aws/aws-refusal.ts'
import { waysIn } from '../aws/ways-in.ts'
import type { Diagnostic } from '../terraform.ts'
import { diagnosticWords } from './diagnostic-words.ts'
import { heldMinutes, holderInWords, parseLockHolder } from './lock-holder.ts'
import { placeFlags, type StackPlace } from './place-flags.ts'

export type Explaining = StackPlace & {
  /** What Terraform was at: `planned`, `initialised`. */
  readonly doing: string
  /** What holds when nothing of the below is more exact: did it only look, or may it have changed something? */
  readonly outcome: 'refused' | 'failed' | 'unknown'
  readonly logFile: string
  readonly now: Date
}

/** A holder that is younger is most likely at work. */
const abandonedMinutes = 30

type Part = Omit<Failure, 'why'> & { readonly why?: readonly string[] }

const textOf = ({ summary, detail }: Diagnostic): string => `${summary}\n${detail}`

/** The AWS SDK's own form of an answer, the same in all of the provider's messages. */
const apiError = (text: string): string => /api error (\w+):/.exec(text)?.[1] ?? ''

const stateLocked = (diagnostic: Diagnostic, { stack, environment, now }: Explaining): Part | null => {
  if (diagnostic.summary !== 'Error acquiring the state lock') return null
  const holder = parseLockHolder(diagnostic.detail)
  if (holder === null) return null
  const minutes = heldMinutes(holder, now)
  const isOld = minutes === null || minutes > abandonedMinutes
  const unlock = toType(`infra unlock ${placeFlags({ environment, stack })} --id ${holder.id}`)
  return {
    code: 'STATE_LOCKED',
    outcome: 'refused',
    what: `${holderInWords(holder, now)}: the state of ${stack} is locked, and nothing was changed.`,
    why: [`lock ${holder.id}, ${holder.operation}, taken by ${holder.who}`],
    fix: isOld ? [toType(`infra status --env ${environment}`), unlock] : [toType(`infra status --env ${environment}`)],
  }
}

const planStale = ({ summary }: Diagnostic, { stack, environment }: Explaining): Part | null =>
  summary !== 'Saved plan is stale'
    ? null
    : {
        code: 'PLAN_STALE',
        outcome: 'refused',
        what: `Somebody changed ${stack} since this plan was made; it was not applied and nothing was changed.`,
        fix: [toType(`infra plan ${placeFlags({ environment, stack })}`)],
      }

/** An attribute that AWS cannot change, or an interrupted run: Terraform says only that it would have to destroy. */
const guarded = (diagnostic: Diagnostic, { stack, environment, logFile }: Explaining): Part | null => {
  if (diagnostic.summary !== 'Instance cannot be destroyed') return null
  const [, address] = /^Resource (\S+) has lifecycle\.prevent_destroy set/.exec(diagnostic.detail) ?? []
  if (address === undefined) return null
  const folder = quoteWord(join(dirname(logFile), '..'))
  return {
    code: 'PROTECTED',
    outcome: 'refused',
    what: `${address} of ${stack} would be destroyed and made anew, which its code forbids; nothing was changed.`,
    why: [
      'an interrupted run left it half made: untaint keeps it, and the next plan finishes it where it is',
      'or an attribute changed that AWS cannot change in place: take that change back',
    ],
    fix: [
      `terraform -chdir=${folder} untaint ${quoteWord(address)}`,
      toType(`infra plan ${placeFlags({ environment, stack })}`),
    ],
  }
}

const bucketMissing = (diagnostic: Diagnostic, { environment }: Explaining): Part | null => {
  const [, bucket] = /S3 bucket "([^"]+)" does not exist/.exec(diagnostic.summary) ?? []
  return bucket === undefined
    ? null
    : {
        code: 'STATE_BUCKET_MISSING',
        outcome: 'refused',
        what: `There is no bucket ${bucket} for the state of ${environment} yet; nothing was changed.`,
        fix: [toType(`infra bootstrap --env ${environment}`)],
      }
}

const otherAccount = ({ summary }: Diagnostic, { stack }: Explaining): Part | null => {
  const [, account] = /^AWS account ID not allowed: (\d*)$/.exec(summary) ?? []
  return account === undefined
    ? null
    : {
        code: 'AWS_OTHER_ACCOUNT',
        outcome: 'refused',
        what: `Your AWS credentials are of account ${account}, and ${stack} belongs to another; nothing was changed.`,
        fix: ['aws sts get-caller-identity', 'export AWS_PROFILE=my-profile'],
      }
}

/** Not in Terraform's own words: they name places that a person would not look for a login in. */
const notLoggedIn = ({ summary }: Diagnostic, { environment }: Explaining): Part | null =>
  summary !== 'No valid credential sources found'
    ? null
    : {
        code: 'AWS_NOT_LOGGED_IN',
        outcome: 'refused',
        what: `There are no AWS credentials for ${environment}; nothing was changed.`,
        why: ['neither a profile, nor a login, nor keys in the environment were found'],
        fix: waysIn,
      }

const refusedByAws = (diagnostic: Diagnostic, { environment }: Explaining): Part | null => {
  const text = textOf(diagnostic)
  return awsRefusal({ name: apiError(text), text, environment })
}

const unreachable = (diagnostic: Diagnostic, { environment }: Explaining): Part | null =>
  /\brequest send failed\b/.test(textOf(diagnostic))
    ? {
        code: 'AWS_UNREACHABLE',
        outcome: 'unknown',
        what: `AWS gave no answer to Terraform for ${environment}.`,
        fix: ['aws sts get-caller-identity'],
      }
    : null

const providerSummaries: ReadonlySet<string> = new Set([
  'Failed to query available provider packages',
  'Failed to install provider',
  'Inconsistent dependency lock file',
  'Required plugins are not installed',
  'Provider dependency changes detected',
])

const isOfProvider = ({ summary }: Diagnostic): boolean => providerSummaries.has(summary)

const providerMissing = (diagnostic: Diagnostic, { stack }: Explaining): Part | null =>
  isOfProvider(diagnostic)
    ? {
        code: 'TERRAFORM_PROVIDER_MISSING',
        outcome: 'refused',
        what: `Terraform could not get the provider that ${stack} is written for; nothing was changed.`,
        fix: ['export HTTPS_PROXY=http://my-proxy:3128', 'export TF_CLI_CONFIG_FILE=my-mirror.tfrc'],
      }
    : null

const explanations = [
  stateLocked,
  planStale,
  guarded,
  bucketMissing,
  otherAccount,
  providerMissing,
  notLoggedIn,
  refusedByAws,
  unreachable,
]

const fallback = ({ stack, doing, outcome, logFile }: Explaining): Part => ({
  code: 'TERRAFORM_FAILED',
  outcome,
  what: `Terraform stopped: ${stack} was not ${doing}${outcome === 'refused' ? ', and nothing was changed' : ''}.`,
  fix: [`less ${quoteWord(logFile)}`],
})

const linesShown = 5

/** What Terraform's errors mean to a person: one sentence, its reason, and what to type. The log has every word of it. */
export const explainDiagnostics = (diagnostics: readonly Diagnostic[], explaining: Explaining): ShopctlError => {
  const errors = diagnostics.filter(({ severity }) => severity === 'error')
  const [known] = errors.flatMap((error) => explanations.map((explain) => explain(error, explaining)).filter(isPart))
  const part = known ?? fallback(explaining)
  const told = errors.slice(0, linesShown).map((error) => {
    const words = diagnosticWords(error)
    return error.address === null ? words : `${error.address}: ${words}`
  })
  const why = part.why ?? (told.length === 0 ? ['Terraform gave no reason'] : told)
  return new ShopctlError({ ...part, why: [...why, `all of it: ${explaining.logFile}`] })
}

const isPart = (part: Part | null): part is Part => part !== null
