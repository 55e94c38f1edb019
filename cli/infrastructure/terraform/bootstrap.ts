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

const lineageOf = (text: string | null): string | null => {
  if (text === null) return null
  return z.object({ lineage: z.string() }).parse(JSON.parse(text)).lineage
}

const readLocalState = (folder: string): Promise<string | null> =>
  readFile(join(folder, stateKey(stack)), 'utf8').catch(() => null)

const removeLocalState = async (folder: string): Promise<void> => {
  const file = join(folder, stateKey(stack))
  for (const each of [`${file}.backup`, file]) await rm(each, { force: true })
}

const shown = z.object({
  values: z.object({ root_module: z.object({ resources: z.array(z.object({ address: z.string() })).default([]) }) }),
})

const addressesIn = async (terraform: Terraform): Promise<string> =>
  shown
    .parse(await terraform.state())
    .values.root_module.resources.map(({ address }) => address)
    .toSorted()
    .join('\n')

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

const makeBucket = async (local: Terraform, { onEvent, place }: Bootstrapping): Promise<void> => {
  await local.init(onEvent)
  const plan = await local.plan({ mode: 'normal', lock: 'take', onEvent })
  const outcome = await local.apply(plan, onEvent)
  if (outcome.outcome !== 'done') throw notMade(outcome, place)
}

/** The local state goes only when the bucket has answered with the same resources. */
const moveState = async (local: Terraform, moving: Terraform, { onEvent }: Bootstrapping): Promise<void> => {
  const before = await addressesIn(local)
  await moving.init(onEvent)
  const after = await addressesIn(moving)
  if (before !== after) throw new Error(`The moved state has other resources.\nBefore:\n${before}\nAfter:\n${after}`)
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
  const kept = standing === 'there' ? lineageOf((await store.read(stateKey(stack)))?.text ?? null) : null
  const here = lineageOf(await readLocalState(local.folder))
  if (kept !== null) {
    if (here === kept) await removeLocalState(local.folder)
    return { outcome: 'was-there', bucket }
  }
  if (standing === 'there' && here === null) throw withoutState(bucket)

  await makeBucket(local, request)
  await moveState(local, openTerraform(stack, { ...means, write: write('s3'), initialising: 'move-state' }), request)
  return { outcome: 'made', bucket }
}
