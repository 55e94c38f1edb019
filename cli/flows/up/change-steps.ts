import type { AddOnGroup } from '../../../manifests/add-ons/add-on-request.ts'
import { deploy } from '../deploy.ts'
import { checkAccountPlace } from '../infra/check-place.ts'
import { plan } from '../infra/plan.ts'
import { up as infraUp } from '../infra/up.ts'
import type { FlowMeans } from '../means.ts'
import { applyAddOns } from '../observability/apply.ts'
import { createSteps } from '../steps.ts'
import { toldWithin } from '../told-within.ts'
import { withLock } from '../with-lock.ts'
import type { StepEnd, UpMeans, UpRequest } from './up-means.ts'
import type { UpStep } from './up-report.ts'

/** D-3 and D-4: what `infra up` does, with its plan shown and its question asked. */
export const bringInfrastructureUp = async (request: UpRequest, means: UpMeans): Promise<StepEnd> => {
  const within = { ...(await means.infra()), reporter: toldWithin('infra', means.reporter) }
  const { waitSeconds, infra } = request
  const { outcome, stack, counts } = await infraUp({ ...infra, waitSeconds, file: null }, within)
  if (outcome === 'unchanged') return { state: 'found-done', detail: `${stack} is as the source says` }
  const { create, update, replace, delete: destroyed } = counts
  return {
    state: 'done',
    detail: `${stack}: ${create} created, ${update} changed, ${replace} replaced, ${destroyed} destroyed`,
  }
}

/** What `infra plan` says; where there is not even a bucket for its state, that. */
export const lookAtInfrastructure = async (
  means: UpMeans,
): Promise<StepEnd & { readonly cluster: 'there' | 'to-make' }> => {
  const within = { ...(await means.infra()), reporter: toldWithin('infra', means.reporter) }
  if ((await checkAccountPlace(within)) === 'missing') {
    const detail = `nothing is there: the bucket for the states, the registry and ${within.installation.name} would be made`
    return { state: 'would-change', detail, cluster: 'to-make' }
  }
  const { document } = await plan({ against: 'account', mode: 'normal' }, within)
  const isMade = document.changes.some(({ type, kind }) => type === 'aws_eks_cluster' && kind === 'create')
  const cluster = isMade ? ('to-make' as const) : ('there' as const)
  const { outcome, stack, counts } = document
  if (outcome === 'unchanged') return { state: 'found-done', detail: `${stack} is as the source says`, cluster }
  const { create, update, replace, delete: destroyed } = counts
  const would = `${create} would be created, ${update} changed, ${replace} replaced, ${destroyed} destroyed`
  return { state: 'would-change', detail: `${stack}: ${would}`, cluster }
}

const within = async (step: UpStep, means: UpMeans): Promise<FlowMeans> => {
  const shop = await means.shop()
  return { ...shop, reporter: toldWithin(step, means.reporter) }
}

/** D-6: the namespace, and for an environment that brings its own, database and cache with their secrets. */
export const makeNamespace = async ({ waitSeconds }: UpRequest, means: UpMeans): Promise<StepEnd> => {
  const shop = await within('namespaces', means)
  const { platform, reporter, now, interrupted } = shop
  if (await platform.isPrepared?.(interrupted)) return { state: 'found-done', detail: 'there and ready' }
  const steps = createSteps({ reporter, now, signal: interrupted })
  await withLock({ means: shop, steps, why: 'up', waitSeconds }, (_lock, signal) =>
    steps.run('prepare', (say) => platform.prepare({ say, signal })),
  )
  return { state: 'done', detail: 'made, and ready' }
}

export const lookAtNamespace = async (means: UpMeans): Promise<StepEnd> => {
  const { platform, interrupted } = await means.shop()
  if (await platform.isPrepared?.(interrupted)) return { state: 'found-done', detail: 'there and ready' }
  return { state: 'would-change', detail: 'it would be made, with what releases stand on' }
}

/** D-9 to D-11: what `observability apply` does for one group, until all of it is ready. */
export const bringUpBeside =
  (group: AddOnGroup) =>
  async ({ mode, waitSeconds }: UpRequest, means: UpMeans): Promise<StepEnd> => {
    const request = { mode, groups: [group], conflicts: 'refuse', waitSeconds } as const
    const { outcome, created, changed, pruned, ready, fields, notes } = await applyAddOns(
      request,
      await within(group, means),
    )
    for (const message of notes) means.reporter.emit({ type: 'notice', message })
    switch (outcome) {
      case 'unchanged':
        return { state: 'found-done', detail: ready === null ? 'as it is rendered' : `${ready} ready` }
      case 'would-change':
        return { state: 'would-change', detail: `${new Set(fields.map(({ object }) => object)).size} objects` }
      case 'applied':
        return {
          state: 'done',
          detail: `${created} objects created, ${changed} changed, ${pruned.length} deleted; ${ready ?? 0} ready`,
        }
    }
  }

/** D-8: what `deploy` does: built, scanned, pushed, migrated, applied, watched, tried out, or all taken back. */
export const releaseServices = async (request: UpRequest, means: UpMeans): Promise<StepEnd> => {
  const { mode, selection, why, waitSeconds, demoData, confirmRelease } = request
  const {
    outcome,
    release,
    changes,
    fields = [],
  } = await deploy(
    {
      mode,
      services: selection === null ? null : selection.services,
      why,
      waitSeconds,
      demoData,
      force: 'no',
      ...(confirmRelease === undefined ? {} : { confirm: confirmRelease }),
    },
    await within('services', means),
  )
  const number = `release ${release?.number ?? 'none'}`
  switch (outcome) {
    case 'unchanged':
      return { state: 'found-done', detail: `${number} serves, as the source has it` }
    case 'brought-back':
      return { state: 'done', detail: `${number} is back` }
    case 'deployed':
      return { state: 'done', detail: `${number} serves` }
    case 'would-change': {
      const names = changes.map(({ service }) => service).join(', ')
      const others = fields.length === 0 ? '' : `${names === '' ? '' : '; '}${fields.length} fields of objects`
      return { state: 'would-change', detail: `would be released: ${names}${others}` }
    }
  }
}
