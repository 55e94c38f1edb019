import type { ServiceName } from '../../../services/registry.ts'
import type { EnvironmentFacts } from '../../../stacks/environments.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { toType } from '../../errors/to-type.ts'
import { type UpStep, upSteps } from './up-report.ts'

/** What can be brought up by itself, beside single services. */
export const upParts = ['infra', 'ingress', 'monitoring', 'logging'] as const
export type UpPart = (typeof upParts)[number]

/** Of `--only`; null is all of it. */
export type UpSelection = { readonly parts: readonly UpPart[]; readonly services: readonly ServiceName[] } | null

/** A step, and why it is left out; null where it is taken. */
export type PlannedUpStep = { readonly step: UpStep; readonly skip: string | null }

/** Without these no other step could do its work. */
const foundation: ReadonlySet<UpStep> = new Set(['prerequisites', 'credentials', 'cluster'])

const isPart = (step: UpStep): step is Extract<UpStep, UpPart> => upParts.some((part) => part === step)

/** Why a step has no place in an environment; null where it has one. */
const notHere = (step: UpStep, { name, kubernetes, installation }: EnvironmentFacts): string | null => {
  if (kubernetes === null) {
    switch (step) {
      case 'credentials':
      case 'infra':
        return `${name} stands on nothing in AWS`
      case 'cluster':
      case 'namespaces':
        return `${name} is processes on this machine; the release starts what it stands on`
      case 'settings':
        return `${name} makes its own secrets with the first release`
      case 'ingress':
        return `the shop's own edge is the front door of ${name}`
      case 'monitoring':
        return `${name} has it beside the shop for as long as somebody looks: ${toType(`observe --env ${name}`)}`
      case 'logging':
        return `${name} keeps its logs in files: ${toType(`logs --env ${name}`)}`
      default:
        return null
    }
  }
  const isOwnCluster = kubernetes.cluster.kind === 'kubeconfig'
  if ((step === 'credentials' || step === 'infra') && isOwnCluster) {
    return `${name} takes the cluster of the kubeconfig, and nothing of AWS`
  }
  if (step === 'ingress' && kubernetes.entry.kind === 'edge') return `the shop's own edge is the front door of ${name}`
  const isBeside = step === 'ingress' || step === 'monitoring' || step === 'logging'
  if (isBeside && installation !== null && installation !== name) {
    return `the cluster is that of ${installation}, and it is there for both: ${toType(`up --env ${installation} --only ${step}`)}`
  }
  return null
}

/** A cluster for trying out is often too small for it, and nobody looks at it there. */
const isByNameOnly = (step: UpStep, { kubernetes }: EnvironmentFacts): boolean =>
  kubernetes?.cluster.kind === 'kubeconfig' && (step === 'monitoring' || step === 'logging')

/** Why a selection leaves a step out; null where it does not. */
const notAsked = (step: UpStep, selection: UpSelection, facts: EnvironmentFacts): string | null => {
  if (selection === null) {
    if (!isByNameOnly(step, facts)) return null
    return `in ${facts.name} only where it is named: ${toType(`up --env ${facts.name} --only ${step}`)}`
  }
  const { parts, services } = selection
  const isOnlyInfra = services.length === 0 && parts.every((part) => part === 'infra')
  if (step === 'cluster' ? !isOnlyInfra : foundation.has(step)) return null
  const isAsked = isPart(step) ? parts.includes(step) : services.length > 0
  return isAsked ? null : 'not asked for'
}

const refused = (part: UpPart, why: string, { name }: EnvironmentFacts): ShopctlError =>
  new ShopctlError({
    code: 'UP_PART_NOT_HERE',
    outcome: 'refused',
    what: `${name} has no ${part} to bring up; nothing was changed.`,
    why: [why],
    fix: [toType(`up --env ${name}`)],
  })

/**
 * Every step of the way with the reason where it is left out. Throws UP_PART_NOT_HERE (refused) where what was asked for
 * by name has no place in the environment.
 */
export const planUp = (facts: EnvironmentFacts, selection: UpSelection): readonly PlannedUpStep[] =>
  upSteps.map((step) => {
    const why = notHere(step, facts)
    if (why !== null && isPart(step) && selection?.parts.includes(step)) throw refused(step, why, facts)
    return { step, skip: why ?? notAsked(step, selection, facts) }
  })
