import type { KubernetesFacts } from '../../../stacks/environments.ts'
import { resourceOf } from './kinds.ts'
import { releaseKinds } from './live-objects.ts'

export type NeededAccess = {
  readonly verb: string
  readonly group: string
  readonly resource: string
  /** `cluster`: in no namespace. */
  readonly scope: 'namespace' | 'cluster'
}

type Need = Omit<NeededAccess, 'verb' | 'scope'> & {
  readonly verbs: readonly string[]
  readonly scope?: NeededAccess['scope']
}

/** Server-side apply is a `patch`, and a `create` where there is nothing yet. */
const applied = ['get', 'list', 'create', 'patch', 'delete'] as const

/** Beside the kinds that every release brings. */
const others: readonly Need[] = [
  // A record and the counter of releases are replaced.
  { group: '', resource: 'configmaps', verbs: ['update'] },
  { group: '', resource: 'namespaces', verbs: ['get', 'patch'] },
  { group: '', resource: 'pods', verbs: ['get', 'list', 'watch'] },
  { group: '', resource: 'pods/log', verbs: ['get'] },
  { group: '', resource: 'pods/proxy', verbs: ['get'] },
  { group: '', resource: 'pods/portforward', verbs: ['create'] },
  { group: '', resource: 'events', verbs: ['list'] },
  { group: '', resource: 'resourcequotas', verbs: ['list'] },
  { group: '', resource: 'persistentvolumeclaims', verbs: ['get', 'list', 'delete'] },
  { group: 'apps', resource: 'deployments', verbs: ['watch'] },
  { group: 'batch', resource: 'jobs', verbs: [...applied, 'watch'] },
  { group: 'coordination.k8s.io', resource: 'leases', verbs: ['get', 'create', 'update'] },
]

const makesNamespace: Need = { group: '', resource: 'namespaces', verbs: ['create'], scope: 'cluster' }
/** Whether the database of its own can keep its data. */
const looksForStorage: Need = {
  group: 'storage.k8s.io',
  resource: 'storageclasses',
  verbs: ['list'],
  scope: 'cluster',
}

export type AccessRequest = {
  readonly foundations: KubernetesFacts['foundations']
  readonly namespace: 'there' | 'missing'
}

/** What a deploy, a rollback and a down do. */
export const neededAccess = ({ foundations, namespace }: AccessRequest): readonly NeededAccess[] => {
  const needs: readonly Need[] = [
    ...releaseKinds.map((kind) => ({ ...resourceOf(kind), verbs: applied })),
    ...others,
    ...(namespace === 'missing' ? [makesNamespace] : []),
    ...(foundations === 'own' ? [looksForStorage] : []),
  ]
  return needs.flatMap(({ verbs, scope = 'namespace', ...need }) => verbs.map((verb) => ({ ...need, verb, scope })))
}
