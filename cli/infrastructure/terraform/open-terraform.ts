import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { z } from 'zod'
import type { InstallationFacts } from '../../../stacks/installations.ts'
import { type StackReference, stackName } from '../../../stacks/stack-reference.ts'
import { interruption } from '../../errors/interruption.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { toType } from '../../errors/to-type.ts'
import { followTool, runTool } from '../../tools/run-tool.ts'
import type { FollowTool, RunTool, ToolCall, ToolResult } from '../../tools/tool-call.ts'
import type { ApplyOutcome, OnEvent, PlanRequest, SavedPlan, Terraform } from '../terraform.ts'
import { applyOutcome } from './apply-outcome.ts'
import { type Explaining, explainDiagnostics } from './explain-diagnostic.ts'
import { openLogFile } from './log-file.ts'
import type { StackPlace } from './place-flags.ts'
import { refuseForeignPlan } from './plan-origin.ts'
import { pluginCacheOf, withPluginCache } from './plugin-cache.ts'
import { hasUnsavedState, prepareRunFolder, type StateSource, stateNotSaved, type WriteStack } from './run-folder.ts'
import { runTerraform, type TerraformResult } from './run-terraform.ts'
import { newPlanFile, planDigest, refuseChangedPlan } from './saved-plans.ts'
import { emptyTaskList, withEvent } from './task-list.ts'
import {
  applyCall,
  initCall,
  migrateCall,
  outputCall,
  planCall,
  refreshCall,
  showPlanCall,
  showStateCall,
  type TerraformPlace,
  unlockCall,
  untaintCall,
} from './terraform-calls.ts'
import { type TerraformVariables, withoutAws } from './terraform-environment.ts'
import { writeStack } from './write-stack.ts'

export type TerraformMeans = {
  /** As it was typed after `--env`; for the sentences. */
  readonly environment: string
  /** The folder with package.json; runs go below its `.shopctl/infra/`. */
  readonly root: string
  /** `empty` plans against no state at all and asks nobody; such a plan cannot be applied. */
  readonly state: StateSource
  /** How long to wait for another holder of the state's lock; 0: not at all. */
  readonly lockTimeoutSeconds: number
  readonly interrupted: AbortSignal
  readonly abandoned: AbortSignal
  readonly now: () => Date
  readonly variables?: TerraformVariables
  /** In place of the table's own; tests name another account. */
  readonly facts?: InstallationFacts
  /** Where the JSON comes from, if not from stacks/. */
  readonly write?: WriteStack
  /** `move-state`: what was planned here before is carried over to the backend that is written now. */
  readonly initialising?: 'anew' | 'move-state'
  /** Where run folders are, if not in `<root>/.shopctl/infra`. */
  readonly runs?: string
  readonly runTool?: RunTool
  readonly followTool?: FollowTool
}

const outputsSchema = z.record(z.string(), z.object({ value: z.unknown(), sensitive: z.boolean().default(false) }))

/** All shop stacks have the same providers, whatever their installation. */
export const providerLockOf = (root: string, stack: StackReference): string =>
  join(root, 'stacks', 'locks', `${stack.kind}.terraform.lock.hcl`)

/** Terraform for one stack, in a folder of its own. Starts nothing yet. */
export const openTerraform = (stack: StackReference, means: TerraformMeans): Terraform =>
  new StackTerraform(stack, means)

class StackTerraform implements Terraform {
  readonly stack: StackReference
  readonly folder: string
  readonly #means: TerraformMeans
  readonly #place: TerraformPlace
  readonly #pluginCache: string

  constructor(stack: StackReference, means: TerraformMeans) {
    const { root, state, runs = join(root, '.shopctl', 'infra'), variables = process.env } = means
    this.stack = stack
    this.#means = means
    // Apart, so that nothing of an offline plan is ever found where a real one runs.
    this.folder = resolve(runs, `${stackName(stack)}${state === 'empty' ? '-offline' : ''}`)
    this.#pluginCache = pluginCacheOf(variables)
    const seen = state === 'empty' ? withoutAws(variables) : variables
    this.#place = { folder: this.folder, variables: { ...seen, TF_PLUGIN_CACHE_DIR: this.#pluginCache } }
  }

  /** As the sentences of a refusal name it. */
  get #named(): StackPlace {
    return { environment: this.#means.environment, stack: stackName(this.stack) }
  }

  async init(onEvent: OnEvent): Promise<void> {
    const { state, facts, root, now, initialising } = this.#means
    await prepareRunFolder({
      folder: this.folder,
      ...this.#named,
      write: this.#means.write ?? writeStack(this.stack, { backend: 's3', ...(facts === undefined ? {} : { facts }) }),
      providerLock: providerLockOf(root, this.stack),
      state,
      now: now(),
    })
    const work = initialising === 'move-state' ? () => this.#moveState() : () => this.#initialise(onEvent)
    const say = (message: string) => onEvent({ type: 'waiting', message })
    await withPluginCache(this.#pluginCache, { signal: this.#means.interrupted, say, work })
  }

  async plan({ mode, lock, onEvent }: PlanRequest): Promise<SavedPlan> {
    const { lockTimeoutSeconds, state, now } = this.#means
    const file = await newPlanFile(this.folder, now())
    const locking = { lock: state === 'empty' ? 'leave' : lock, lockTimeoutSeconds } as const
    const call = planCall(this.#place, { file, mode, ...locking })
    const result = await this.#run(call, { doing: 'plan', onEvent })
    this.#refuseErrors(result, { doing: 'planned', outcome: 'refused' })
    const digest = await planDigest(file, this.#named)
    return { file, digest, json: await this.#showPlan(file) }
  }

  async readPlan(file: string): Promise<SavedPlan> {
    const { state } = this.#means
    const path = resolve(file)
    const digest = await planDigest(path, this.#named)
    const json = await this.#showPlan(path)
    // What is planned against nothing is only ever compared: `apply` throws there.
    if (state === 'empty') return { file: path, digest, json }
    const configuration: unknown = JSON.parse(await readFile(join(this.folder, 'cdk.tf.json'), 'utf8'))
    refuseForeignPlan(json, { file, ...this.#named, configuration })
    return { file: path, digest, json }
  }

  async apply(plan: SavedPlan, onEvent: OnEvent): Promise<ApplyOutcome> {
    const { lockTimeoutSeconds, state } = this.#means
    if (state === 'empty') throw new Error('A plan against an empty state was about to be applied.')
    await refuseChangedPlan(plan, this.#named)
    let list = emptyTaskList
    const call = applyCall(this.#place, { file: plan.file, lockTimeoutSeconds })
    const result = await this.#run(call, {
      doing: 'apply',
      onEvent: (event) => {
        list = withEvent(list, event)
        onEvent(event)
      },
    })
    if (await hasUnsavedState(this.folder)) throw this.#stateNotSaved()
    const outcome = applyOutcome(list, result)
    const hasBegun = outcome.done.length + outcome.tainted.length + outcome.failed.length - reasonsOnly(outcome) > 0
    if (outcome.outcome === 'failed' && !hasBegun) {
      this.#refuseErrors(result, { doing: 'changed', outcome: 'refused' })
    }
    return outcome
  }

  async refresh(onEvent: OnEvent): Promise<void> {
    const call = refreshCall(this.#place, this.#means.lockTimeoutSeconds)
    const result = await this.#run(call, { doing: 'refresh', onEvent })
    if (await hasUnsavedState(this.folder)) throw this.#stateNotSaved()
    this.#refuseErrors(result, { doing: 'refreshed', outcome: 'unknown' })
  }

  async outputs(): Promise<Readonly<Record<string, { readonly value: unknown; readonly sensitive: boolean }>>> {
    const answer = await this.#ask(outputCall(this.#place), { doing: 'output', outcome: 'unknown' })
    return outputsSchema.parse(JSON.parse(answer.stdout))
  }

  async state(): Promise<unknown> {
    const answer = await this.#ask(showStateCall(this.#place), { doing: 'state', outcome: 'unknown' })
    const shown: unknown = JSON.parse(answer.stdout)
    return z.object({ values: z.unknown() }).safeParse(shown).data?.values === undefined ? null : shown
  }

  async unlock(id: string): Promise<void> {
    const { exitCode, stdout, stderr } = await this.#tool(unlockCall(this.#place, id))
    if (exitCode === 0) return
    const { environment } = this.#means
    throw new ShopctlError({
      code: 'UNLOCK_REFUSED',
      outcome: 'refused',
      what: `The lock ${id} was not taken off the state of ${stackName(this.stack)}; nothing was changed.`,
      why: plainLines(`${stderr}\n${stdout}`),
      fix: [toType(`infra status --env ${environment}`)],
    })
  }

  async untaint(address: string): Promise<void> {
    await this.#ask(untaintCall(this.#place, address), { doing: 'untaint', outcome: 'refused' })
  }

  async #initialise(onEvent: OnEvent): Promise<void> {
    const result = await this.#run(initCall(this.#place), { doing: 'init', onEvent })
    this.#refuseErrors(result, { doing: 'initialised', outcome: 'refused' })
  }

  async #moveState(): Promise<void> {
    await this.#ask(migrateCall(this.#place), { doing: 'migrate', outcome: 'failed' })
  }

  async #showPlan(file: string): Promise<unknown> {
    const answer = await this.#ask(showPlanCall(this.#place, file), { doing: 'show', outcome: 'refused' })
    return JSON.parse(answer.stdout)
  }

  #tool(call: ToolCall): Promise<ToolResult> {
    return (this.#means.runTool ?? runTool)(call, this.#means.interrupted)
  }

  /** For commands that print one document and, when they fail, only text. */
  async #ask(call: ToolCall, { doing, outcome }: Pick<Explaining, 'doing' | 'outcome'>): Promise<ToolResult> {
    const answer = await this.#tool(call)
    if (answer.exitCode === 0) return answer
    const log = openLogFile(this.folder, { doing, now: this.#means.now() })
    log.append(`${answer.stdout}\n${answer.stderr}`)
    log.close()
    throw explainDiagnostics(
      [{ severity: 'error', summary: plainLines(answer.stderr).join(' '), detail: '', address: null }],
      this.#explaining({ doing: 'read', outcome, logFile: log.file }),
    )
  }

  #run(call: ToolCall, { doing, onEvent }: { doing: string; onEvent: OnEvent }): Promise<TerraformResult> {
    const { interrupted, abandoned, now, followTool: follow = followTool } = this.#means
    return runTerraform(call, {
      folder: this.folder,
      doing,
      onEvent,
      now: now(),
      followTool: follow,
      interrupted,
      abandoned,
    })
  }

  #refuseErrors(result: TerraformResult, { doing, outcome }: Pick<Explaining, 'doing' | 'outcome'>): void {
    const { exitCode, diagnostics, logFile } = result
    if (exitCode === 0 && !diagnostics.some(({ severity }) => severity === 'error')) return
    const { interrupted } = this.#means
    const nothing = outcome === 'refused' ? '; nothing was changed' : ''
    if (interrupted.aborted) throw interruption(interrupted, `terraform was at ${stackName(this.stack)}${nothing}`)
    throw explainDiagnostics(diagnostics, this.#explaining({ doing, outcome, logFile }))
  }

  #explaining(part: Pick<Explaining, 'doing' | 'outcome' | 'logFile'>): Explaining {
    return { ...this.#named, now: this.#means.now(), ...part }
  }

  #stateNotSaved(): ShopctlError {
    return stateNotSaved({ folder: this.folder, ...this.#named })
  }
}

/** Failures that are of no resource: Terraform's own reasons for not beginning. */
const reasonsOnly = ({ failed }: ApplyOutcome): number => failed.filter(({ address }) => address === 'terraform').length

/** Terraform's text for people without the frame that it draws around it. */
const plainLines = (text: string): readonly string[] =>
  stripVTControlCharacters(text)
    .split('\n')
    .map((line) => line.replace(/^[╷│╵\s]+/, '').trim())
    .filter((line) => line !== '')
