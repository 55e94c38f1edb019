import type { KubeObject } from './kube-client.ts'

/** What comes later needs what comes earlier; what is in no rank goes with the third, before any pod. */
const ranks: readonly (readonly string[])[] = [
  ['Namespace'],
  ['ServiceAccount', 'ResourceQuota', 'LimitRange', 'Role'],
  ['ConfigMap', 'Secret', 'NetworkPolicy', 'PersistentVolumeClaim', 'RoleBinding'],
  ['Service'],
  ['Deployment', 'StatefulSet', 'Job'],
  ['HorizontalPodAutoscaler', 'PodDisruptionBudget', 'Ingress'],
]
const otherwise = 2

const rankOf = ({ kind }: KubeObject): number => {
  const rank = ranks.findIndex((kinds) => kinds.includes(kind))
  return rank < 0 ? otherwise : rank
}

/** Groups that are applied one after the other, each all at once. */
export const inApplyOrder = <Item extends { readonly object: KubeObject }>(
  items: readonly Item[],
): readonly (readonly Item[])[] =>
  ranks.map((_, rank) => items.filter(({ object }) => rankOf(object) === rank)).filter((group) => group.length > 0)
