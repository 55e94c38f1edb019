import type { ToolCall } from '../../tools/tool-call.ts'
import type { PlanMode } from '../terraform.ts'
import { type TerraformVariables, terraformEnvironment } from './terraform-environment.ts'

/** Where Terraform runs and what it gets of this command line's environment. */
export type TerraformPlace = {
  readonly folder: string
  readonly variables: TerraformVariables
}

const readSeconds = 180
/** The provider is 707 MB, and comes over the network the first time. */
const initSeconds = 1200
const planSeconds = 1800
/** EKS, RDS and Redis take 10 to 15 minutes each, and Terraform gives up on each of them by itself. */
const applySeconds = 3 * 3600

type Run = { readonly args: readonly string[]; readonly timeoutSeconds: number }

const terraform = ({ folder, variables }: TerraformPlace, { args, timeoutSeconds }: Run): ToolCall => ({
  program: 'terraform',
  args,
  env: terraformEnvironment(variables),
  inherit: 'nothing',
  cwd: folder,
  timeoutSeconds,
})

export type Locking = {
  readonly lock: 'take' | 'leave'
  /** How long to wait for another holder; 0: not at all. */
  readonly lockTimeoutSeconds: number
}

const lockWords = ({ lock, lockTimeoutSeconds }: Locking): readonly string[] => {
  if (lock === 'leave') return ['-lock=false']
  return lockTimeoutSeconds === 0 ? [] : [`-lock-timeout=${lockTimeoutSeconds}s`]
}

const modeWords: Readonly<Record<PlanMode, readonly string[]>> = {
  normal: [],
  destroy: ['-destroy'],
  'refresh-only': ['-refresh-only'],
}

/** Answers with Terraform's version; needs no folder of its own. */
export const versionCall = (place: TerraformPlace): ToolCall =>
  terraform(place, { args: ['version', '-json'], timeoutSeconds: 10 })

/** `-reconfigure`: what an earlier run noted of its backend is nothing to go by; the synthesised JSON is. */
export const initCall = (place: TerraformPlace): ToolCall =>
  terraform(place, {
    args: ['init', '-json', '-input=false', '-lockfile=readonly', '-reconfigure'],
    timeoutSeconds: initSeconds,
  })

/** Carries the state over to the backend that the JSON names now. Terraform knows no `-json` together with it. */
export const migrateCall = (place: TerraformPlace): ToolCall =>
  terraform(place, {
    args: ['init', '-no-color', '-input=false', '-lockfile=readonly', '-migrate-state', '-force-copy'],
    timeoutSeconds: initSeconds,
  })

export const planCall = (
  place: TerraformPlace,
  { file, mode, ...locking }: Locking & { readonly file: string; readonly mode: PlanMode },
): ToolCall =>
  terraform(place, {
    args: ['plan', '-json', '-input=false', ...modeWords[mode], ...lockWords(locking), `-out=${file}`],
    timeoutSeconds: planSeconds,
  })

export const showPlanCall = (place: TerraformPlace, file: string): ToolCall =>
  terraform(place, { args: ['show', '-json', file], timeoutSeconds: readSeconds })

export const showStateCall = (place: TerraformPlace): ToolCall =>
  terraform(place, { args: ['show', '-json'], timeoutSeconds: readSeconds })

export const applyCall = (
  place: TerraformPlace,
  { file, lockTimeoutSeconds }: { readonly file: string; readonly lockTimeoutSeconds: number },
): ToolCall => {
  const lock = lockWords({ lock: 'take', lockTimeoutSeconds })
  return terraform(place, { args: ['apply', '-json', '-input=false', ...lock, file], timeoutSeconds: applySeconds })
}

export const refreshCall = (place: TerraformPlace, lockTimeoutSeconds: number): ToolCall => {
  const lock = lockWords({ lock: 'take', lockTimeoutSeconds })
  const args = ['apply', '-json', '-input=false', '-refresh-only', '-auto-approve', ...lock]
  return terraform(place, { args, timeoutSeconds: planSeconds })
}

export const outputCall = (place: TerraformPlace): ToolCall =>
  terraform(place, { args: ['output', '-json'], timeoutSeconds: readSeconds })

export const untaintCall = (place: TerraformPlace, address: string): ToolCall =>
  terraform(place, { args: ['untaint', '-no-color', address], timeoutSeconds: readSeconds })

export const unlockCall = (place: TerraformPlace, id: string): ToolCall =>
  terraform(place, { args: ['force-unlock', '-no-color', '-force', id], timeoutSeconds: readSeconds })
