import type { EnvironmentFacts } from '../../../stacks/environments.ts'
import type { InstallationFacts } from '../../../stacks/installations.ts'
import type { StackReference } from '../../../stacks/stack-reference.ts'
import type { ShopctlError } from '../../errors/shopctl-error.ts'
import type { CostEstimate } from '../../infrastructure/cost-estimate.ts'
import type { Trace } from '../../infrastructure/drift/who-changed.ts'
import type { DriftReport } from '../../infrastructure/drift-report.ts'
import type { Confirmation } from '../../infrastructure/plan/confirmation-gate.ts'
import type { PlanVerdict } from '../../infrastructure/plan-verdict.ts'
import type { ObjectStore } from '../../infrastructure/records/object-store.ts'
import type { RecordStore } from '../../infrastructure/records/record-store.ts'
import type { InstallationSecrets } from '../../infrastructure/secrets/generate-installation-secrets.ts'
import type { Bootstrapped } from '../../infrastructure/terraform/bootstrap.ts'
import type { Terraform } from '../../infrastructure/terraform.ts'
import type { Reporter } from '../../output/events.ts'
import type { Commit } from '../../releases/release.ts'
import type { LockStore } from '../../releases/stores.ts'

/** `account`: the environment's own AWS. `nothing`: an empty state, and a provider that asks nobody. */
export type Against = 'account' | 'nothing'

/** What a scanner says of the synthesised configuration; null where none is installed. */
export type ConfigurationScan = {
  readonly scanner: string
  readonly verdict: 'passed' | 'blocked'
  readonly findings: readonly {
    readonly rule: string
    readonly severity: string
    readonly what: string
    readonly where: string
    readonly judgement: string
    readonly remedy: string | null
  }[]
} | null

/** A plan's JSON, and the synthesised JSON that it was made from. */
export type Planned = { readonly plan: unknown; readonly code: unknown }

/** What a person allowed by a flag, and what was answered so far. */
export type Said = { readonly destroy: readonly string[]; readonly confirmed: Confirmation }

/** How a plan is judged: pure, but for what the command gave it (waivers, prices, the day). */
export type PlanJudges = {
  verdict(planned: Planned): PlanVerdict
  /** Why this plan may not be applied whatever a person says, worst first; null where it may. */
  gate(verdict: PlanVerdict, said: Pick<Said, 'destroy'>): ShopctlError | null
  /** Why what was said is not enough; null where it is. */
  confirmationGate(verdict: PlanVerdict, said: Said): ShopctlError | null
  estimate(plan: unknown): CostEstimate
  drift(planned: Planned): DriftReport
}

/** What a verb of infra works with: everything that crosses a process, the network or time comes in here. */
export type InfraMeans = {
  readonly environment: EnvironmentFacts
  /** What the environment stands on, and what is changed. */
  readonly installation: InstallationFacts
  readonly stack: StackReference
  readonly reporter: Reporter
  readonly who: string
  /** What the person typed, for "type it again": `infra up --env dev`. */
  readonly command: string
  readonly commit: () => Promise<Commit | null>
  readonly now: () => Date
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>
  /** Fires at the first Ctrl-C or SIGTERM; Terraform hears of it by itself. */
  readonly interrupted: AbortSignal
  readonly bucket: ObjectStore
  readonly records: RecordStore
  lock(stack: string): LockStore
  /** Of the environments that run on the installation, as far as their clusters answer. */
  environmentLocks(): Promise<readonly { readonly environment: string; readonly store: LockStore }[]>
  /** On this disk, while there is no bucket yet. */
  readonly localLock: LockStore
  /** Writes `cdk.tf.json` into a folder. */
  synthesise(stack: StackReference, folder: string): Promise<void>
  terraform(stack: StackReference, against: Against): Promise<Terraform>
  /** The synthesised JSON in a run folder. */
  readCode(folder: string): Promise<unknown>
  /** Throws TERRAFORM_MISSING and its kin (refused). */
  checkTools(): Promise<void>
  /** Throws where there are no credentials, or of another account. Answers who asks. */
  checkAccount(): Promise<{ readonly account: string; readonly arn: string }>
  judges(stack: StackReference): PlanJudges
  /** Of the JSON in a stack's run folder. */
  scan(stack: StackReference, folder: string): Promise<ConfigurationScan>
  bootstrap(say: (message: string) => void): Promise<Bootstrapped>
  /** What shopctl made beside Terraform, which no plan destroys. */
  madeSecrets(): Promise<{
    find(): Promise<readonly string[]>
    remove(names: readonly string[]): Promise<void>
    close(): void
  }>
  generateSecrets(outputs: StackOutputs, say: (message: string) => void): Promise<InstallationSecrets>
  /** Who changed what, by address, as far as it can be told within 3 s; takes what AWS calls it. */
  whoChanged(names: ReadonlyMap<string, readonly string[]>): Promise<ReadonlyMap<string, Trace>>
  /** Ours by their tags; null where AWS does not answer that. */
  tagged(): Promise<readonly string[] | null>
}

export type StackOutputs = Awaited<ReturnType<Terraform['outputs']>>
