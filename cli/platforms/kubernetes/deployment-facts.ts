import { z } from 'zod'
import { serviceLabel, templateLabel } from '../../../manifests/labels.ts'
import { conditions } from './conditions.ts'
import type { KubeObject } from './kube-client.ts'
import { fieldManager, fieldOwners, ownersOfField } from './managed-fields.ts'

const deploymentSchema = z.object({
  metadata: z.object({
    name: z.string(),
    generation: z.number().default(0),
    labels: z.record(z.string(), z.string()).default({}),
  }),
  spec: z.object({
    replicas: z.number().default(1),
    paused: z.boolean().default(false),
    template: z.looseObject({
      metadata: z.looseObject({ labels: z.record(z.string(), z.string()).default({}) }),
      spec: z.looseObject({ containers: z.array(z.looseObject({ image: z.string().default('') })).min(1) }),
    }),
  }),
  status: z
    .object({
      observedGeneration: z.number().default(0),
      conditions,
    })
    .default({ observedGeneration: 0, conditions: [] }),
})

/** Who changed something last, besides shopctl and the cluster's own controllers. */
export type OtherHand = { readonly manager: string; readonly time: string | null }

export type DeploymentFacts = {
  readonly name: string
  readonly service: string
  readonly desired: number
  readonly paused: boolean
  readonly template: string
  readonly image: string
  /** Equal for two equal pod templates: what pods of it will be, labels and all. */
  readonly fingerprint: string
  /** The controller has not seen the newest specification yet. */
  readonly unseen: boolean
  /** Why the platform makes no pods: a quota, an admission rule. */
  readonly noPods: { readonly reason: string; readonly message: string } | null
  readonly templateChangedBy: OtherHand | null
  readonly replicasChangedBy: OtherHand | null
}

const otherHand = (owners: ReturnType<typeof fieldOwners>): OtherHand | null => {
  const others = owners.filter(({ manager, subresource }) => manager !== fieldManager && subresource !== 'status')
  const newest = [...others].sort((a, b) => Date.parse(b.time ?? '') - Date.parse(a.time ?? ''))[0]
  return newest === undefined ? null : { manager: newest.manager, time: newest.time }
}

/** Owns something in the template, whatever it is. */
const touchesTemplate = (fields: Readonly<Record<string, unknown>>): boolean => {
  const { data } = z.object({ 'f:spec': z.object({ 'f:template': z.unknown() }) }).safeParse(fields)
  return data !== undefined && data['f:spec']['f:template'] !== undefined
}

/** Null where the object does not read as a Deployment. */
export const parseDeployment = (object: KubeObject): DeploymentFacts | null => {
  const { data } = deploymentSchema.safeParse(object)
  if (data === undefined) return null
  const { metadata, spec, status } = data
  const failure = status.conditions.find(({ type, status }) => type === 'ReplicaFailure' && status === 'True')
  return {
    name: metadata.name,
    service: metadata.labels[serviceLabel] ?? '',
    desired: spec.replicas,
    paused: spec.paused,
    template: spec.template.metadata.labels[templateLabel] ?? '',
    image: spec.template.spec.containers[0]?.image ?? '',
    fingerprint: JSON.stringify(spec.template),
    unseen: status.observedGeneration < metadata.generation,
    noPods: failure === undefined ? null : { reason: failure.reason, message: failure.message },
    templateChangedBy: otherHand(fieldOwners(object).filter(({ fields }) => touchesTemplate(fields))),
    replicasChangedBy: otherHand(ownersOfField(object, ['spec', 'replicas'])),
  }
}
