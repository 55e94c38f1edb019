import type { ObjectReference } from './kube-client.ts'

type KindFacts = { readonly plural: string; readonly scope: 'namespace' | 'cluster' }

const inNamespace = (plural: string): KindFacts => ({ plural, scope: 'namespace' })
const inCluster = (plural: string): KindFacts => ({ plural, scope: 'cluster' })

/** Every kind that shopctl asks for. Discovery would tell the same for two more requests of every command. */
const kinds: Readonly<Record<string, KindFacts>> = {
  'v1/ConfigMap': inNamespace('configmaps'),
  'v1/Endpoints': inNamespace('endpoints'),
  'v1/Event': inNamespace('events'),
  'v1/LimitRange': inNamespace('limitranges'),
  'v1/Namespace': inCluster('namespaces'),
  'v1/Node': inCluster('nodes'),
  'v1/PersistentVolume': inCluster('persistentvolumes'),
  'v1/PersistentVolumeClaim': inNamespace('persistentvolumeclaims'),
  'v1/Pod': inNamespace('pods'),
  'v1/ResourceQuota': inNamespace('resourcequotas'),
  'v1/Secret': inNamespace('secrets'),
  'v1/Service': inNamespace('services'),
  'v1/ServiceAccount': inNamespace('serviceaccounts'),
  'apps/v1/DaemonSet': inNamespace('daemonsets'),
  'apps/v1/Deployment': inNamespace('deployments'),
  'apps/v1/ReplicaSet': inNamespace('replicasets'),
  'apps/v1/StatefulSet': inNamespace('statefulsets'),
  'autoscaling/v2/HorizontalPodAutoscaler': inNamespace('horizontalpodautoscalers'),
  'batch/v1/CronJob': inNamespace('cronjobs'),
  'batch/v1/Job': inNamespace('jobs'),
  'coordination.k8s.io/v1/Lease': inNamespace('leases'),
  'discovery.k8s.io/v1/EndpointSlice': inNamespace('endpointslices'),
  'events.k8s.io/v1/Event': inNamespace('events'),
  'metrics.k8s.io/v1beta1/PodMetrics': inNamespace('pods'),
  'networking.k8s.io/v1/Ingress': inNamespace('ingresses'),
  'networking.k8s.io/v1/IngressClass': inCluster('ingressclasses'),
  'networking.k8s.io/v1/NetworkPolicy': inNamespace('networkpolicies'),
  'policy/v1/PodDisruptionBudget': inNamespace('poddisruptionbudgets'),
  'rbac.authorization.k8s.io/v1/ClusterRole': inCluster('clusterroles'),
  'rbac.authorization.k8s.io/v1/ClusterRoleBinding': inCluster('clusterrolebindings'),
  'rbac.authorization.k8s.io/v1/Role': inNamespace('roles'),
  'rbac.authorization.k8s.io/v1/RoleBinding': inNamespace('rolebindings'),
  'scheduling.k8s.io/v1/PriorityClass': inCluster('priorityclasses'),
  'storage.k8s.io/v1/StorageClass': inCluster('storageclasses'),
}

type KindReference = Pick<ObjectReference, 'apiVersion' | 'kind' | 'namespace'>

const factsOf = ({ apiVersion, kind }: KindReference): KindFacts => {
  const facts = kinds[`${apiVersion}/${kind}`]
  if (facts === undefined) throw new Error(`${apiVersion} ${kind} is missing in kinds.ts`)
  return facts
}

/** `Deployment` and the like belong to a namespace, `Namespace` and the like do not. */
export const scopeOf = (reference: KindReference): KindFacts['scope'] => factsOf(reference).scope

/** As access to a kind is asked for. */
export const resourceOf = ({ apiVersion, kind }: Omit<KindReference, 'namespace'>) => ({
  group: apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '',
  resource: factsOf({ apiVersion, kind, namespace: null }).plural,
})

/** The path of all objects of a kind; without a namespace, of those in all namespaces. */
export const collectionPath = (reference: KindReference): string => {
  const { plural, scope } = factsOf(reference)
  const { apiVersion, namespace } = reference
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
  const inside = scope === 'cluster' || namespace === null ? '' : `/namespaces/${encodeURIComponent(namespace)}`
  return `${root}${inside}/${plural}`
}

export const objectPath = (reference: ObjectReference): string => {
  if (scopeOf(reference) === 'namespace' && reference.namespace === null)
    throw new Error(`${reference.kind} ${reference.name} needs a namespace`)
  return `${collectionPath(reference)}/${encodeURIComponent(reference.name)}`
}

/** As a sentence names it: `Deployment orders in ecommerce-dev`. */
export const nameOf = ({ kind, name, namespace }: ObjectReference): string =>
  namespace === null ? `${kind} ${name}` : `${kind} ${name} in ${namespace}`
