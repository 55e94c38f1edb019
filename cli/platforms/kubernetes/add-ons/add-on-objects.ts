import { addOnLabel } from '../../../../manifests/add-ons/add-on-labels.ts'
import type { AddOnGroup } from '../../../../manifests/add-ons/add-on-request.ts'
import { namedSettings } from '../inventory.ts'
import type { KubeClient, KubeObject } from '../kube-client.ts'
import { isOurs } from '../live-objects.ts'
import { objectKey, referenceOf } from '../object-reference.ts'

/** Every kind that is rendered for a group, but what must outlive it: namespaces, claims, definitions of kinds. */
const prunedKinds = [
  { apiVersion: 'v1', kind: 'ServiceAccount' },
  { apiVersion: 'v1', kind: 'ConfigMap' },
  { apiVersion: 'v1', kind: 'Secret' },
  { apiVersion: 'v1', kind: 'Service' },
  { apiVersion: 'apps/v1', kind: 'Deployment' },
  { apiVersion: 'apps/v1', kind: 'StatefulSet' },
  { apiVersion: 'apps/v1', kind: 'DaemonSet' },
  { apiVersion: 'batch/v1', kind: 'Job' },
  { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget' },
  { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' },
  { apiVersion: 'networking.k8s.io/v1', kind: 'IngressClass' },
  { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role' },
  { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding' },
  { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole' },
  { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding' },
  { apiVersion: 'apiregistration.k8s.io/v1', kind: 'APIService' },
  { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'MutatingWebhookConfiguration' },
  { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingWebhookConfiguration' },
] as const

export const addOnSelectorOf = (groups: readonly AddOnGroup[]): string =>
  `app.kubernetes.io/managed-by=shopctl,${addOnLabel} in (${groups.join(',')})`

/** Everything of these groups that shopctl applied, in whichever namespace. */
export const fetchAddOns = async (
  client: KubeClient,
  groups: readonly AddOnGroup[],
  signal: AbortSignal,
): Promise<readonly KubeObject[]> => {
  const lists = await Promise.all(
    prunedKinds.map(async (kind) => {
      const labelSelector = addOnSelectorOf(groups)
      const { items } = await client.list({ ...kind, namespace: null, labelSelector }, signal)
      return items.map((object): KubeObject => ({ ...object, ...kind }))
    }),
  )
  return lists.flat().filter(isOurs)
}

const keyOf = (object: KubeObject): string => objectKey(referenceOf(object))

/** What is there and not wanted any more; nothing that something wanted names. */
export const addOnsToPrune = (live: readonly KubeObject[], wanted: readonly KubeObject[]): readonly KubeObject[] => {
  const keys = new Set(wanted.map(keyOf))
  const named = new Set(wanted.flatMap(namedSettings))
  return live.filter((object) => !keys.has(keyOf(object)) && !named.has(`${object.kind}/${object.metadata.name}`))
}
