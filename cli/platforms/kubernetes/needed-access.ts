/** What a deploy does in its namespace, by API group. */
const groups: readonly {
  readonly group: string
  readonly resources: readonly string[]
  readonly verbs: readonly string[]
}[] = [
  {
    group: '',
    resources: ['serviceaccounts', 'configmaps', 'secrets', 'services'],
    verbs: ['get', 'list', 'create', 'patch', 'update', 'delete'],
  },
  { group: '', resources: ['pods'], verbs: ['get', 'list', 'watch'] },
  { group: '', resources: ['pods/log', 'pods/proxy'], verbs: ['get'] },
  { group: '', resources: ['pods/portforward'], verbs: ['create'] },
  { group: '', resources: ['events', 'resourcequotas'], verbs: ['list'] },
  { group: 'apps', resources: ['deployments'], verbs: ['get', 'list', 'watch', 'create', 'patch', 'delete'] },
  { group: 'apps', resources: ['replicasets'], verbs: ['list', 'watch'] },
  { group: 'batch', resources: ['jobs'], verbs: ['get', 'list', 'watch', 'create', 'patch', 'delete'] },
  {
    group: 'autoscaling',
    resources: ['horizontalpodautoscalers'],
    verbs: ['get', 'list', 'create', 'patch', 'delete'],
  },
  { group: 'policy', resources: ['poddisruptionbudgets'], verbs: ['get', 'list', 'create', 'patch', 'delete'] },
  {
    group: 'networking.k8s.io',
    resources: ['networkpolicies', 'ingresses'],
    verbs: ['get', 'list', 'create', 'patch', 'delete'],
  },
  { group: 'coordination.k8s.io', resources: ['leases'], verbs: ['get', 'create', 'update'] },
]

export type NeededAccess = { readonly verb: string; readonly group: string; readonly resource: string }

export const neededAccess: readonly NeededAccess[] = groups.flatMap(({ group, resources, verbs }) =>
  resources.flatMap((resource) => verbs.map((verb) => ({ verb, group, resource }))),
)
