import { stackName, stateKey } from '../../../stacks/stack-reference.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { toType } from '../../errors/to-type.ts'
import type { Confirmation } from '../../infrastructure/plan/confirmation-gate.ts'
import { readStateFacts } from '../../infrastructure/records/state-facts.ts'
import type { InstallationSecrets } from '../../infrastructure/secrets/generate-installation-secrets.ts'
import { createSteps, type Steps } from '../steps.ts'
import { applyPlan } from './apply-plan.ts'
import { checkAccountPlace, refuseWhileHeld } from './check-place.ts'
import { type Allowed, refusalOf } from './check-policy.ts'
import { findHalfMade } from './half-made.ts'
import type { InfraMeans, StackOutputs } from './infra-means.ts'
import { beginInfra, stackInWords, toldWithin } from './infra-steps.ts'
import { makeBucket } from './make-bucket.ts'
import { type MadePlan, makePlan } from './make-plan.ts'
import { type PlanDocument, planDocument } from './plan-document.ts'
import { untrackedOf } from './untracked.ts'
import { verifyStack } from './verify-stack.ts'
import { type Wanted, wantedAnswer } from './wanted-answer.ts'

export type UpRequest = {
  readonly allowed: Allowed
  /** How long to wait for a lock that somebody else holds; 0 refuses at once. */
  readonly waitSeconds: number
  /** A plan that was made and saved before. */
  readonly file: string | null
  /** Shows a plan, whatever is then decided of it. */
  show(document: PlanDocument): Promise<void>
  /** Asks for what the plan that was shown needs, and answers what was said. Throws NOT_CONFIRMED (refused). */
  confirm(document: PlanDocument, wanted: Wanted): Promise<Confirmation>
  /** Asks whether the bucket for the states may be made. */
  confirmBootstrap(bucket: string): Promise<void>
}

export type UpResult = {
  readonly outcome: 'unchanged' | 'applied'
  readonly environment: string
  readonly installation: string
  readonly stack: string
  readonly digest: string
  readonly counts: PlanDocument['counts']
  /** Null where nothing was applied. */
  readonly record: string | null
  /** What had to be made before, in this order. */
  readonly first: readonly ('state' | 'registry')[]
  /** Without what is sensitive. */
  readonly outputs: Readonly<Record<string, unknown>>
  /** Null for a stack that has none. */
  readonly secrets: InstallationSecrets | null
}

/** A new state knows nothing of them: all of it would be built a second time beside what runs. */
const stateLost = (ours: readonly { readonly arn: string }[], means: InfraMeans): ShopctlError =>
  new ShopctlError({
    code: 'STATE_LOST',
    outcome: 'refused',
    what: `There is no bucket ${means.bucket.bucket} for the states, but AWS has ${ours.length} resources of ${stackInWords(means)}; nothing was changed.`,
    why: ours.slice(0, 3).map(({ arn }) => arn),
    fix: [
      `aws s3api head-bucket --bucket ${means.bucket.bucket}`,
      toType(`infra bootstrap --env ${means.environment.name}`),
    ],
  })

const newBucket = async (request: UpRequest, means: InfraMeans, steps: Steps): Promise<readonly 'state'[]> => {
  const ours = untrackedOf((await means.tagged()) ?? [], new Set())
  if (ours.length > 0) throw stateLost(ours, means)
  const { waitSeconds, confirmBootstrap: confirm } = request
  const { outcome } = await makeBucket({ standing: 'missing', waitSeconds, confirm }, means, steps)
  return outcome === 'made' ? ['state'] : []
}

/** The shop's images need a place before its cluster pulls one. */
const ensureRegistry = async (request: UpRequest, means: InfraMeans, steps: Steps): Promise<readonly 'registry'[]> => {
  if (means.stack.kind !== 'shop') return []
  const stack = { kind: 'registry' } as const
  const [facts, { records }] = await Promise.all([
    readStateFacts(means.bucket, stateKey(stack)),
    means.records.newest(stackName(stack), 1),
  ])
  const isWhole = records.every(({ outcome }) => outcome === 'done')
  if (facts !== null && facts.resources > 0 && isWhole) return []
  await steps.run('registry', async () => {
    const within = { ...means, stack, reporter: toldWithin('registry', means.reporter) }
    const inner = createSteps({ reporter: within.reporter, now: means.now, signal: means.interrupted })
    await upStack({ ...request, allowed: { ...request.allowed, destroy: [] }, file: null }, within, inner)
  })
  return ['registry']
}

const publicOf = (outputs: StackOutputs): UpResult['outputs'] =>
  Object.fromEntries(
    Object.entries(outputs).flatMap(([name, { value, sensitive }]) => (sensitive ? [] : [[name, value]])),
  )

/** The stack is there by now: whatever keeps its secrets away is no refusal of it. */
const afterApply = (error: unknown, means: InfraMeans): unknown => {
  if (!(error instanceof ShopctlError) || error.outcome === 'interrupted') return error
  return new ShopctlError({
    code: 'SECRETS_NOT_MADE',
    outcome: 'failed',
    what: `All of ${stackInWords(means)} was applied, but not all of its secrets were generated.`,
    why: [error.message, ...error.why],
    fix: [toType(`infra up --env ${means.environment.name}`), ...error.fix],
    cause: error,
  })
}

const generate = async (outputs: StackOutputs, means: InfraMeans, steps: Steps): Promise<InstallationSecrets | null> =>
  means.stack.kind === 'shop' ? steps.run('secrets', (say) => means.generateSecrets(outputs, say)) : null

/** What nobody could have used is no loss, so nobody is asked for it; the plan still says that it is replaced. */
const withoutHalfMade = async (made: MadePlan, means: InfraMeans): Promise<MadePlan> => {
  const halfMade = await findHalfMade(made, means)
  for (const address of halfMade) {
    const message = `${address} was left half made by an earlier run; it is made anew.`
    means.reporter.emit({ type: 'notice', message })
  }
  const risks = made.verdict.risks.filter(({ address }) => !halfMade.includes(address))
  return { ...made, verdict: { ...made.verdict, risks } }
}

const upStack = async (request: UpRequest, means: InfraMeans, steps: Steps): Promise<Omit<UpResult, 'first'>> => {
  const { allowed, waitSeconds, file } = request
  const wanted = { against: 'account', mode: 'normal' } as const
  const made = await withoutHalfMade(await makePlan({ ...wanted, lock: 'take', file }, means, steps), means)
  const { terraform, saved, verdict } = made
  const document = planDocument(made, wanted, means)
  const facts = {
    environment: means.environment.name,
    installation: means.installation.name,
    stack: stackName(means.stack),
    digest: saved.digest,
    counts: verdict.counts,
  }
  if (verdict.outcome === 'unchanged') {
    const outputs = await terraform.outputs()
    const secrets = await generate(outputs, means, steps)
    return { ...facts, outcome: 'unchanged', record: null, outputs: publicOf(outputs), secrets }
  }

  await request.show(document)
  const refusal = refusalOf(made, allowed, means)
  if (refusal !== null) throw refusal
  const confirmed = await request.confirm(document, wantedAnswer(document, means))
  const unsaid = means.judges(means.stack).confirmationGate(verdict, { destroy: allowed.destroy, confirmed })
  if (unsaid !== null) throw unsaid

  let ending: Pick<UpResult, 'outputs' | 'secrets'> = { outputs: {}, secrets: null }
  const after = async () => {
    await steps.run('refresh', () => terraform.refresh(() => undefined))
    // Of the other stacks nothing comes into service after Terraform is done with it.
    if (means.stack.kind === 'shop') await steps.run('verify', (say) => verifyStack(terraform, means, say))
    const outputs = await terraform.outputs()
    const secrets = await generate(outputs, means, steps).catch((error: unknown) =>
      Promise.reject(afterApply(error, means)),
    )
    ending = { outputs: publicOf(outputs), secrets }
  }
  const record = await applyPlan({ verb: 'up', made, allowed, waitSeconds, after }, means, steps)
  return { ...facts, outcome: 'applied', record, ...ending }
}

/**
 * Brings a stack to what the source says: plan, judge, show, ask, lock, apply that very file, refresh, verify, generate
 * the secrets. What it stands on comes first: the bucket for the states, and for the shop the registry.
 */
export const up = async (request: UpRequest, means: InfraMeans): Promise<UpResult> => {
  const steps = beginInfra('infra up', means)
  const standing = await steps.ask('tools', async () => {
    const bucket = await checkAccountPlace(means)
    if (request.waitSeconds === 0) await refuseWhileHeld(means)
    return bucket
  })
  const state = standing === 'missing' ? await newBucket(request, means, steps) : []
  const registry = await ensureRegistry(request, means, steps)
  return { ...(await upStack(request, means, steps)), first: [...state, ...registry] }
}
