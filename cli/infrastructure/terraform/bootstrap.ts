import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { InstallationFacts } from '../../../stacks/installations.ts'
import { stateKey } from '../../../stacks/stack-reference.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { toType } from '../../errors/to-type.ts'
import type { AwsPlace } from '../aws/check-account.ts'
import { readStateBucket } from '../aws/state-bucket.ts'
import type { ObjectStore } from '../records/object-store.ts'
import type { ApplyOutcome, OnEvent, Terraform } from '../terraform.ts'
import { openTerraform, type TerraformMeans } from './open-terraform.ts'
import { protectedHalfMade } from './protected-half-made.ts'
import type { WriteStack } from './run-folder.ts'
import { writeStack } from './write-stack.ts'

export type Bootstrapping = {
  readonly place: AwsPlace
  readonly store: ObjectStore
  readonly terraform: Omit<TerraformMeans, 'environment' | 'state' | 'write' | 'initialising'>
  readonly onEvent: OnEvent
  readonly facts?: InstallationFacts
  /** Where the JSON comes from, if not from stacks/. */
  readonly write?: (backend: 'local' | 's3') => WriteStack
}

export type Bootstrapped = { readonly outcome: 'made' | 'was-there'; readonly bucket: string }

const stack = { kind: 'state' } as const

const stateSchema = z.object({ resources: z.array(z.object({ type: z.string(), name: z.string() })).default([]) })

/** What a state knows, in words; null where there is none. Moving gives it a new lineage, so that says nothing. */
const resourcesIn = (state: string | null): string | null =>
  state === null
    ? null
    : stateSchema
        .parse(JSON.parse(state))
        .resources.map(({ type, name }) => `${type}.${name}`)
        .toSorted()
        .join(', ')

const readLocalState = async (folder: string): Promise<string | null> =>
  resourcesIn(await readFile(join(folder, stateKey(stack)), 'utf8').catch(() => null))

const readMovedState = async (store: ObjectStore): Promise<string | null> =>
  resourcesIn((await store.read(stateKey(stack)))?.text ?? null)

const removeLocalState = async (folder: string): Promise<void> => {
  const file = join(folder, stateKey(stack))
  for (const each of [`${file}.backup`, file]) await rm(each, { force: true })
}

const notMade = (outcome: ApplyOutcome, { environment }: AwsPlace): ShopctlError => {
  const { done, tainted, notBegun, failed, logFile } = outcome
  const isInterrupted = outcome.outcome === 'interrupted'
  const counts = `${done.length} done, ${failed.length} failed, ${tainted.length} half made, ${notBegun.length} not begun`
  return new ShopctlError({
    code: isInterrupted ? 'INTERRUPTED' : 'BOOTSTRAP_FAILED',
    outcome: isInterrupted ? 'interrupted' : 'failed',
    what: `The state bucket of ${environment} was not finished (${counts}); the same command goes on where it ended.`,
    why: [...failed.map(({ address, why }) => `${address}: ${why}`), `all of it: ${logFile}`],
    fix: [toType(`infra bootstrap --env ${environment}`)],
  })
}

const withoutState = (bucket: string): ShopctlError =>
  new ShopctlError({
    code: 'STATE_BUCKET_UNKNOWN',
    outcome: 'refused',
    what: `There is a bucket ${bucket}, but no state that knows of it; nothing was changed.`,
    why: ['another machine may have been interrupted while it made the bucket: its .shopctl/infra/state knows more'],
    fix: [`aws s3 ls s3://${bucket}`, `aws s3 rb s3://${bucket}  # goes only where it is empty`],
  })

const change = z.object({ actions: z.array(z.string()) })
const planSchema = z.object({
  resource_changes: z.array(z.object({ change })).default([]),
  output_changes: z.record(z.string(), change).default({}),
})

const isUnchanged = (plan: unknown): boolean => {
  const { resource_changes: resources, output_changes: outputs } = planSchema.parse(plan)
  const changes = [...resources.map((resource) => resource.change), ...Object.values(outputs)]
  return changes.every(({ actions }) => actions.every((action) => action === 'no-op'))
}

/** What is guarded cannot be made anew; a key or a bucket that an interrupt met is there, and is finished where it is. */
const keepHalfMade = async (local: Terraform): Promise<void> => {
  const state = await readFile(join(local.folder, stateKey(stack)), 'utf8').catch(() => '{}')
  const configuration = await readFile(join(local.folder, 'cdk.tf.json'), 'utf8')
  for (const address of protectedHalfMade(JSON.parse(state), JSON.parse(configuration))) await local.untaint(address)
}

const makeBucket = async (local: Terraform, { onEvent, place }: Bootstrapping): Promise<void> => {
  await local.init(onEvent)
  await keepHalfMade(local)
  const plan = await local.plan({ mode: 'normal', lock: 'take', onEvent })
  // An interrupted run may have made all of it already.
  if (isUnchanged(plan.json)) return
  const outcome = await local.apply(plan, onEvent)
  if (outcome.outcome !== 'done') throw notMade(outcome, place)
}

/** The local state goes only when the bucket has answered with the same resources. */
const moveState = async (local: Terraform, moving: Terraform, { onEvent, store }: Bootstrapping): Promise<void> => {
  const before = await readLocalState(local.folder)
  await moving.init(onEvent)
  const after = await readMovedState(store)
  if (before !== after) throw new Error(`The moved state knows of ${after}, and before it was ${before}`)
  await removeLocalState(local.folder)
}

/**
 * Makes the bucket for the states of an account, and moves its own state into it. A second run changes nothing; one that
 * was interrupted anywhere is gone on with. Throws STATE_BUCKET_FORBIDDEN, STATE_BUCKET_UNKNOWN (refused),
 * BOOTSTRAP_FAILED (failed), INTERRUPTED, and what Terraform's runner throws.
 */
export const bootstrap = async (request: Bootstrapping): Promise<Bootstrapped> => {
  const { place, store, facts } = request
  const write =
    request.write ?? ((backend) => writeStack(stack, facts === undefined ? { backend } : { backend, facts }))
  const means = { ...request.terraform, environment: place.environment, state: 's3' } as const
  const local = openTerraform(stack, { ...means, write: write('local') })
  const { bucket } = store

  const standing = await readStateBucket(store, place)
  const kept = standing === 'there' ? await readMovedState(store) : null
  const here = await readLocalState(local.folder)
  if (kept !== null) {
    // Left by a run that was interrupted after the move, which may have emptied it already.
    if (here === kept || here === '') await removeLocalState(local.folder)
    return { outcome: 'was-there', bucket }
  }
  if (standing === 'there' && here === null) throw withoutState(bucket)

  await makeBucket(local, request)
  await moveState(local, openTerraform(stack, { ...means, write: write('s3'), initialising: 'move-state' }), request)
  return { outcome: 'made', bucket }
}
