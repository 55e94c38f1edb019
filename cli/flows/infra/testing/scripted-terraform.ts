import type { StackReference } from '../../../../stacks/stack-reference.ts'
import type { ApplyOutcome, Terraform, TerraformEvent } from '../../../infrastructure/terraform.ts'

export type TerraformScript = {
  /** What `show -json` says of the plan. */
  plan: unknown
  /** What happens in `apply`; an error is thrown as it is. */
  apply: ApplyOutcome | Error
  /** Said while it applies. */
  events: readonly TerraformEvent[]
  /** Each look takes the next; the last stays. */
  states: readonly unknown[]
  outputs: Readonly<Record<string, { readonly value: unknown; readonly sensitive: boolean }>>
}

export const nothingDone: ApplyOutcome = {
  outcome: 'done',
  done: [],
  tainted: [],
  notBegun: [],
  failed: [],
  logFile: '/logs/apply.jsonl',
}

/** Terraform by a script; every call of it is written down in `calls`. */
export const scriptedTerraform = (stack: StackReference, script: TerraformScript, calls: string[]): Terraform => {
  let looks = 0
  return {
    stack,
    folder: `/runs/${stack.kind}`,
    async init() {
      calls.push(`init ${stack.kind}`)
    },
    async plan({ mode, lock }) {
      calls.push(`plan ${stack.kind} ${mode} ${lock}`)
      return { file: `/runs/${stack.kind}/plan.tfplan`, digest: `digest of ${stack.kind}`, json: script.plan }
    },
    async readPlan(file) {
      calls.push(`read ${file}`)
      return { file, digest: 'digest of the file', json: script.plan }
    },
    async apply(plan, onEvent) {
      calls.push(`apply ${plan.file}`)
      for (const event of script.events) onEvent(event)
      if (script.apply instanceof Error) throw script.apply
      return script.apply
    },
    async refresh() {
      calls.push(`refresh ${stack.kind}`)
    },
    async outputs() {
      return script.outputs
    },
    async state() {
      looks += 1
      return script.states[Math.min(looks, script.states.length) - 1] ?? null
    },
    async untaint(address) {
      calls.push(`untaint ${address}`)
    },
    async unlock(id) {
      calls.push(`unlock ${id}`)
    },
  }
}
