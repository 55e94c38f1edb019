import type { KubeClient, KubeObject } from './kube-client.ts'
import { isApplied } from './managed-fields.ts'

/** On everything that shopctl makes. */
export const inventorySelector = 'app.kubernetes.io/managed-by=shopctl'

/** Every kind that a release brings; Jobs, the lock and what holds data are not part of one. */
export const releaseKinds = [
  { apiVersion: 'v1', kind: 'ServiceAccount' },
  { apiVersion: 'v1', kind: 'ConfigMap' },
  { apiVersion: 'v1', kind: 'Secret' },
  { apiVersion: 'v1', kind: 'Service' },
  { apiVersion: 'apps/v1', kind: 'Deployment' },
  { apiVersion: 'apps/v1', kind: 'StatefulSet' },
  { apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler' },
  { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget' },
  { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' },
  { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress' },
] as const

const foundationComponents: ReadonlySet<string> = new Set(['database', 'cache'])

/** What releases stand on, and what stands on it. */
export const foundationSelector = 'app.kubernetes.io/component in (database,cache)'
export const visitorSelector = 'app.kubernetes.io/component notin (database,cache)'

export const isFoundation = ({ metadata }: KubeObject): boolean =>
  foundationComponents.has(metadata.labels?.['app.kubernetes.io/component'] ?? '')

type Kind = { readonly apiVersion: string; readonly kind: string }

/** A list leaves out of its items what it says once for all. */
const complete = ({ apiVersion, kind }: Kind, object: KubeObject): KubeObject => ({ ...object, apiVersion, kind })

export type LiveRequest = { readonly namespace: string; readonly kinds?: readonly Kind[]; readonly selector?: string }

/** What carries our label in the namespace: one list for each kind. */
export const fetchLive = async (
  client: KubeClient,
  { namespace, kinds = releaseKinds, selector = inventorySelector }: LiveRequest,
  signal: AbortSignal,
): Promise<readonly KubeObject[]> => {
  const lists = await Promise.all(
    kinds.map(async (kind) => {
      const { items } = await client.list({ ...kind, namespace, labelSelector: selector }, signal)
      return items.map((object) => complete(kind, object))
    }),
  )
  return lists.flat()
}

/** Carries our label and was applied by us: a label alone proves nothing, and a record is written, not applied. */
export const isOurs = (object: KubeObject): boolean =>
  object.metadata.labels?.['app.kubernetes.io/managed-by'] === 'shopctl' && isApplied(object)
