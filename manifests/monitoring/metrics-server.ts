import { addOnSelector } from '../add-ons/add-on-labels.ts'
import { addOnPorts, monitoringNamespace } from '../add-ons/add-on-names.ts'
import { type AddOnPart, partMetadata, partSurroundings } from '../add-ons/add-on-part.ts'
import { toApiServer } from '../add-ons/add-on-peers.ts'
import { addOnContainer, addOnTemplate, scratch } from '../add-ons/add-on-pod.ts'
import type { AddOnRequest } from '../add-ons/add-on-request.ts'
import { addOnSizes } from '../add-ons/add-on-sizes.ts'
import { clusterRole, look } from '../add-ons/cluster-role.ts'
import type { KubernetesObject } from '../kubernetes-object.ts'
import { tcp } from '../network-policy.ts'

/** Of the official image. */
const user = 1000

const part: AddOnPart = {
  group: 'monitoring',
  namespace: monitoringNamespace,
  name: 'metrics-server',
  ports: [{ name: 'https', port: addOnPorts.metricsServer }],
  service: 'one-address',
  // The API server asks it, from an address that no policy can name.
  ingress: [{ ports: [tcp(addOnPorts.metricsServer)] }],
  egress: [toApiServer, { ports: [tcp(10250)] }],
}

const { labels } = partMetadata(part)
const account = { kind: 'ServiceAccount', name: part.name, namespace: part.namespace }

/** It checks who asks as the API server itself does. */
const delegation: readonly KubernetesObject[] = [
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'shopctl-metrics-server-auth-delegator', labels },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:auth-delegator' },
    subjects: [account],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'shopctl-metrics-server-auth-reader', namespace: 'kube-system', labels },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'extension-apiserver-authentication-reader' },
    subjects: [account],
  },
  {
    apiVersion: 'apiregistration.k8s.io/v1',
    kind: 'APIService',
    metadata: { name: 'v1beta1.metrics.k8s.io', labels },
    spec: {
      group: 'metrics.k8s.io',
      version: 'v1beta1',
      groupPriorityMinimum: 100,
      versionPriority: 100,
      // It makes its own certificate at each start.
      insecureSkipTLSVerify: true,
      service: { name: part.name, namespace: part.namespace, port: addOnPorts.metricsServer },
    },
  },
]

const probe = (path: string) => ({ httpGet: { path, port: 'https', scheme: 'HTTPS' } })

const deployment = ({ environment, image }: AddOnRequest): KubernetesObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: partMetadata(part),
  spec: {
    replicas: 1,
    revisionHistoryLimit: 2,
    selector: { matchLabels: { ...addOnSelector(part.name) } },
    template: addOnTemplate(part, {
      user,
      containers: [
        addOnContainer(part, {
          name: part.name,
          image: image('metrics-server'),
          args: [
            '--cert-dir=/tmp',
            `--secure-port=${addOnPorts.metricsServer}`,
            '--kubelet-preferred-address-types=InternalIP,ExternalIP,Hostname',
            '--kubelet-use-node-status-port',
            '--metric-resolution=15s',
            // The kubelets of kind and of most clusters for trying out have certificates that nobody signed.
            ...(environment.name === 'dev' ? ['--kubelet-insecure-tls'] : []),
          ],
          size: addOnSizes(environment).metricsServer,
          mounts: [{ name: 'tmp', mountPath: '/tmp' }],
          probes: {
            startupProbe: { ...probe('/livez'), periodSeconds: 2, failureThreshold: 60 },
            livenessProbe: { ...probe('/livez'), periodSeconds: 15, timeoutSeconds: 5, failureThreshold: 4 },
            readinessProbe: { ...probe('/readyz'), periodSeconds: 5, timeoutSeconds: 5, failureThreshold: 6 },
          },
        }),
      ],
      volumes: [scratch('tmp', '16Mi')],
      token: 'mounted',
      graceSeconds: 10,
    }),
  },
})

/** For autoscalers and `top`; EKS brings it as an add-on (stacks/cluster-add-ons.ts). */
export const metricsServerManifests = (request: AddOnRequest): readonly KubernetesObject[] => [
  ...partSurroundings(part),
  ...clusterRole(part, [
    { apiGroups: [''], resources: ['nodes/metrics'], verbs: ['get'] },
    { apiGroups: [''], resources: ['pods', 'nodes'], verbs: look },
  ]),
  ...delegation,
  deployment(request),
]
