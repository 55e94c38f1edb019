import { addOnSelector } from '../add-ons/add-on-labels.ts'
import { controllerNamespace } from '../add-ons/add-on-names.ts'
import { type AddOnPart, partMetadata, partSurroundings } from '../add-ons/add-on-part.ts'
import { toApiServer } from '../add-ons/add-on-peers.ts'
import { addOnContainer, addOnTemplate, httpProbes } from '../add-ons/add-on-pod.ts'
import type { AddOnRequest } from '../add-ons/add-on-request.ts'
import { addOnSizes } from '../add-ons/add-on-sizes.ts'
import { clusterRole, look, namespaceRole, type PolicyRule } from '../add-ons/cluster-role.ts'
import type { KubernetesObject } from '../kubernetes-object.ts'
import { tcp } from '../network-policy.ts'
import type { EksCluster } from './eks-cluster.ts'

/** Of the official image. */
const nobody = 65534
const port = 8085

const part: AddOnPart = {
  group: 'ingress',
  namespace: controllerNamespace,
  name: 'cluster-autoscaler',
  ports: [{ name: 'http', port }],
  service: 'one-address',
  ingress: [{ ports: [tcp(port)] }],
  // AWS, and the agent of the node that hands out the role's credentials.
  egress: [toApiServer, { to: [{ ipBlock: { cidr: '169.254.170.23/32' } }], ports: [tcp(80)] }],
}

const rights: readonly PolicyRule[] = [
  { apiGroups: [''], resources: ['events', 'endpoints'], verbs: ['create', 'patch'] },
  { apiGroups: [''], resources: ['pods/eviction'], verbs: ['create'] },
  { apiGroups: [''], resources: ['pods/status'], verbs: ['update'] },
  { apiGroups: [''], resources: ['nodes'], verbs: [...look, 'update', 'patch', 'delete'] },
  {
    apiGroups: [''],
    resources: [
      'namespaces',
      'pods',
      'services',
      'replicationcontrollers',
      'persistentvolumeclaims',
      'persistentvolumes',
    ],
    verbs: look,
  },
  { apiGroups: ['apps'], resources: ['statefulsets', 'replicasets', 'daemonsets'], verbs: look },
  { apiGroups: ['batch'], resources: ['jobs', 'cronjobs'], verbs: look },
  { apiGroups: ['policy'], resources: ['poddisruptionbudgets'], verbs: look },
  {
    apiGroups: ['storage.k8s.io'],
    resources: ['storageclasses', 'csinodes', 'csidrivers', 'csistoragecapacities', 'volumeattachments'],
    verbs: look,
  },
  {
    apiGroups: ['resource.k8s.io'],
    resources: ['deviceclasses', 'resourceclaims', 'resourceslices'],
    verbs: look,
  },
]

const ownRights: readonly PolicyRule[] = [
  { apiGroups: [''], resources: ['configmaps'], verbs: ['create', 'list', 'watch'] },
  {
    apiGroups: [''],
    resources: ['configmaps'],
    resourceNames: ['cluster-autoscaler-status', 'cluster-autoscaler-priority-expander'],
    verbs: ['delete', 'get', 'update', 'watch'],
  },
  { apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['create'] },
  {
    apiGroups: ['coordination.k8s.io'],
    resources: ['leases'],
    resourceNames: ['cluster-autoscaler'],
    verbs: ['get', 'update'],
  },
]

/** Node groups are found by the two tags that EKS puts on the groups of its managed nodes. */
export const nodeAutoscalerManifests = (
  { environment, image }: AddOnRequest,
  { name, region }: EksCluster,
): readonly KubernetesObject[] => [
  ...partSurroundings(part),
  ...clusterRole(part, rights),
  ...namespaceRole(part, { namespace: part.namespace, rules: ownRights }),
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: partMetadata(part),
    spec: {
      replicas: 1,
      revisionHistoryLimit: 2,
      selector: { matchLabels: { ...addOnSelector(part.name) } },
      template: addOnTemplate(part, {
        user: nobody,
        containers: [
          addOnContainer(part, {
            name: part.name,
            image: image('node-autoscaler'),
            command: ['./cluster-autoscaler'],
            args: [
              '--cloud-provider=aws',
              `--node-group-auto-discovery=asg:tag=k8s.io/cluster-autoscaler/enabled,k8s.io/cluster-autoscaler/${name}`,
              '--balance-similar-node-groups',
              '--expander=least-waste',
              '--skip-nodes-with-system-pods=false',
              '--stderrthreshold=info',
            ],
            size: addOnSizes(environment).controller,
            env: [{ name: 'AWS_REGION', value: region }],
            mounts: [],
            probes: httpProbes({
              alive: { path: '/health-check', port: 'http' },
              ready: { path: '/health-check', port: 'http' },
              startSeconds: 120,
            }),
          }),
        ],
        volumes: [],
        token: 'mounted',
        graceSeconds: 10,
        more: { priorityClassName: 'system-cluster-critical' },
      }),
    },
  },
]
