import { valueAt } from './field-path.ts'
import { isRecord } from './is-record.ts'
import type { KubeObject } from './kube-client.ts'
import { fieldManager, ownersOfField } from './managed-fields.ts'

/** On a namespace that shopctl made, and may therefore delete. */
export const madeByAnnotation = 'shopctl.dev/made-by'

const replicas = ['spec', 'replicas'] as const

const isOurs = (live: KubeObject): boolean =>
  ownersOfField(live, replicas).some(({ manager, operation }) => manager === fieldManager && operation === 'Apply')

/** The least that an autoscaler of the same set wants of this Deployment; null where it has none. */
const leastWanted = (deployment: KubeObject, set: readonly KubeObject[]): number | null => {
  const autoscaler = set.find(
    (object) =>
      object.kind === 'HorizontalPodAutoscaler' &&
      valueAt(object, ['spec', 'scaleTargetRef', 'name']) === deployment.metadata.name,
  )
  const least = valueAt(autoscaler, ['spec', 'minReplicas'])
  return typeof least === 'number' ? least : null
}

const withReplicas = (object: KubeObject, count: unknown): KubeObject =>
  typeof count === 'number' && isRecord(object.spec) ? { ...object, spec: { ...object.spec, replicas: count } } : object

/**
 * A field that was applied and is left out later goes back to its default, here to one pod. So a Deployment whose
 * number belongs to an autoscaler is created with the least, and says what is there for as long as the field is ours:
 * it stops being ours with the first number that the autoscaler writes.
 */
const adaptReplicas = (object: KubeObject, live: KubeObject | null, set: readonly KubeObject[]): KubeObject => {
  if (object.kind !== 'Deployment' || valueAt(object, replicas) !== undefined) return object
  if (live === null) return withReplicas(object, leastWanted(object, set))
  return isOurs(live) ? withReplicas(object, valueAt(live, replicas)) : object
}

const adaptNamespace = (object: KubeObject, live: KubeObject | null): KubeObject => {
  const made = live === null || live.metadata.annotations?.[madeByAnnotation] === fieldManager
  if (object.kind !== 'Namespace' || !made) return object
  const annotations = { ...object.metadata.annotations, [madeByAnnotation]: fieldManager }
  return { ...object, metadata: { ...object.metadata, annotations } }
}

/** What to send for an object, given what is there. */
export const adaptToLive = (
  object: KubeObject,
  { live, set }: { live: KubeObject | null; set: readonly KubeObject[] },
): KubeObject => adaptNamespace(adaptReplicas(object, live, set), live)
