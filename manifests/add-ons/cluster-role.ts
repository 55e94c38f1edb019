import type { KubernetesObject } from '../kubernetes-object.ts'
import { type AddOnPart, partMetadata } from './add-on-part.ts'

export type PolicyRule = {
  readonly apiGroups?: readonly string[]
  readonly resources?: readonly string[]
  readonly resourceNames?: readonly string[]
  readonly nonResourceURLs?: readonly string[]
  readonly verbs: readonly string[]
}

export const look = ['get', 'list', 'watch'] as const

/** Named after namespace and program: the rights of a whole cluster belong to no namespace. */
export const clusterRole = (part: AddOnPart, rules: readonly PolicyRule[]): readonly KubernetesObject[] => {
  const { name: account, labels } = partMetadata(part)
  const metadata = { name: `shopctl-${part.namespace}-${account}`, labels }
  return [
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata, rules },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: metadata.name },
      subjects: [{ kind: 'ServiceAccount', name: account, namespace: part.namespace }],
    },
  ]
}

export const namespaceRole = (
  part: AddOnPart,
  { namespace, rules }: { readonly namespace: string; readonly rules: readonly PolicyRule[] },
): readonly KubernetesObject[] => {
  const { name: account, labels } = partMetadata(part)
  const metadata = { name: `shopctl-${account}`, namespace, labels }
  return [
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata, rules },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: metadata.name },
      subjects: [{ kind: 'ServiceAccount', name: account, namespace: part.namespace }],
    },
  ]
}
