import { stackName, stateKey } from '../../../stacks/stack-reference.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { toType } from '../../errors/to-type.ts'
import type { Confirmation } from '../../infrastructure/plan/confirmation-gate.ts'
import { readStateFacts } from '../../infrastructure/records/state-facts.ts'
import type { Steps } from '../steps.ts'
import { applyPlan } from './apply-plan.ts'
import { checkAccountPlace, refuseWhileHeld } from './check-place.ts'
import type { InfraMeans } from './infra-means.ts'
import { beginInfra, stackInWords } from './infra-steps.ts'
import { makePlan } from './make-plan.ts'
import { type PlanDocument, planDocument } from './plan-document.ts'
import type { Wanted } from './wanted-answer.ts'
import { standsUnderProduction } from './wanted-answer.ts'

export type DownRequest = {
  readonly allowDestroy: readonly string[]
  readonly waitSeconds: number
  show(document: PlanDocument): Promise<void>
  /** Asks for what this needs. Throws NOT_CONFIRMED (refused). */
  confirm(document: PlanDocument, wanted: Wanted): Promise<Confirmation>
}

export type DownResult = {
  readonly outcome: 'nothing-there' | 'destroyed'
  readonly environment: string
  readonly installation: string
  readonly stack: string
  readonly counts: PlanDocument['counts'] | null
  readonly record: string | null
}

const protectedBy = (means: InfraMeans, resources: number): ShopctlError => {
  const { environment, installation } = means
  const { name } = environment
  return new ShopctlError({
    code: 'PROTECTED',
    outcome: 'refused',
    what: `${stackInWords(means)} is protected; nothing was destroyed.`,
    why: [
      `stacks/installations.ts says protect: true of ${installation.name}: its cluster, database, cache, buckets, keys and secrets have deletion protection and preventDestroy`,
      `${resources} resources are in its state`,
    ],
    fix: [
      `edit stacks/installations.ts: protect: false for ${installation.name}`,
      toType(`infra up --env ${name}`),
      toType(`infra down --env ${name} --allow-destroy ADDRESS`),
    ],
  })
}

const stateStays = (means: InfraMeans): ShopctlError =>
  new ShopctlError({
    code: 'PROTECTED',
    outcome: 'refused',
    what: 'The bucket that holds every state is never destroyed by shopctl; nothing was changed.',
    why: ['its own state lies in it, and the states and records of every other stack'],
    fix: [toType(`infra status --env ${means.environment.name}`)],
  })

/** In what production uses each thing with data is named; elsewhere a yes to all of it is enough. */
const refusalOf = (document: PlanDocument, { allowDestroy }: DownRequest, means: InfraMeans): ShopctlError | null =>
  standsUnderProduction(means) ? means.judges(means.stack).gate(document, { destroy: allowDestroy }) : null

/** Told before the question: some hold what a person has set. */
const findSecrets = async (means: InfraMeans): Promise<readonly string[]> => {
  if (means.stack.kind !== 'shop') return []
  const made = await means.madeSecrets()
  try {
    const names = await made.find()
    if (names.length > 0) {
      const message = `These secrets go as well, with what was set in them: ${names.join(', ')}.`
      means.reporter.emit({ type: 'warning', message, fix: [] })
    }
    return names
  } finally {
    made.close()
  }
}

/** Their key is about to go with the stack: left behind they could not be read, nor made again by the next `up`. */
const forgetSecrets = async (names: readonly string[], means: InfraMeans, steps: Steps): Promise<void> => {
  if (names.length === 0) return
  await steps.run('forget-secrets', async () => {
    const made = await means.madeSecrets()
    try {
      await made.remove(names)
    } finally {
      made.close()
    }
  })
}

/**
 * Destroys a stack; the bucket for the states stays, and so does the registry unless it is named. Throws PROTECTED
 * (refused) before anything is planned where the installation is protected.
 */
export const down = async (request: DownRequest, means: InfraMeans): Promise<DownResult> => {
  const { environment, installation, stack } = means
  const facts = { environment: environment.name, installation: installation.name, stack: stackName(stack) }
  const steps = beginInfra('infra down', means)
  const state = await steps.ask('tools', async () => {
    if (stack.kind === 'state') throw stateStays(means)
    await checkAccountPlace(means)
    if (request.waitSeconds === 0) await refuseWhileHeld(means)
    return readStateFacts(means.bucket, stateKey(stack))
  })
  if (stack.kind === 'shop' && installation.protect) throw protectedBy(means, state?.resources ?? 0)
  if (state === null || state.resources === 0) return { ...facts, outcome: 'nothing-there', counts: null, record: null }

  const wanted = { against: 'account', mode: 'destroy' } as const
  const made = await makePlan({ ...wanted, lock: 'take', file: null }, means, steps)
  const document = planDocument(made, wanted, means)
  if (made.verdict.outcome === 'unchanged') return { ...facts, outcome: 'nothing-there', counts: null, record: null }
  await request.show(document)
  const secrets = await findSecrets(means)
  const refusal = refusalOf(document, request, means)
  if (refusal !== null) throw refusal
  await request.confirm(document, standsUnderProduction(means) ? 'typed-name' : 'yes')
  const allowed = { destroy: request.allowDestroy, cost: null }
  const { waitSeconds } = request
  const application = {
    verb: 'down',
    made,
    allowed,
    waitSeconds,
    after: () => forgetSecrets(secrets, means, steps),
  } as const
  const record = await applyPlan(application, means, steps)
  return { ...facts, outcome: 'destroyed', counts: made.verdict.counts, record }
}
