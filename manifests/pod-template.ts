import type { V1Container, V1PodSpec, V1PodTemplateSpec } from '@kubernetes/client-node'
import { contentHash } from './content-hash.ts'
import { edgeRoutesConfigMapName, routesDirectory } from './edge-routes.ts'
import { type Component, selectorLabels, templateLabel, workloadLabels } from './labels.ts'
import { podEnvironment, secretsDirectory } from './pod-environment.ts'
import { containerSecurity, nonRoot, podSecurity } from './pod-security.ts'
import { probes } from './probes.ts'
import type { ServiceManifestsRequest } from './service-request.ts'
import { kubernetesFacts, sizeOf, type Workload, workload } from './workload.ts'
import type { WorkloadSettings } from './workload-settings.ts'

/** Longer than a service (10 s) and the edge (9.5 s) give the requests in flight. */
const drainSeconds = 15

/** The owner of the database's tables is for migrations alone. */
const migrationOnly: ReadonlySet<string> = new Set(['MIGRATION_DATABASE_URL'])

const spread = (request: ServiceManifestsRequest, topologyKey: string) => ({
  maxSkew: 1,
  topologyKey,
  whenUnsatisfiable: 'ScheduleAnyway',
  labelSelector: { matchLabels: { ...selectorLabels(request.service, 'server') } },
  // Else the old pods of a rollout push the new ones together.
  matchLabelKeys: ['pod-template-hash'],
})

const ports = ({ port, metricsPort }: Workload) => [
  { name: 'http', containerPort: port, protocol: 'TCP' },
  ...(metricsPort === null ? [] : [{ name: 'metrics', containerPort: metricsPort, protocol: 'TCP' }]),
]

/** Volumes that every pod of a service has, and the files that its settings are. */
const volumes = (secret: WorkloadSettings['secret'], keys: readonly string[]) => [
  { name: 'tmp', emptyDir: { sizeLimit: '64Mi' } },
  ...(secret === null
    ? []
    : [
        {
          name: 'secrets',
          secret: { secretName: secret.name, defaultMode: 0o440, items: keys.map((key) => ({ key, path: key })) },
        },
      ]),
]

const mounts = (secret: WorkloadSettings['secret']) => [
  { name: 'tmp', mountPath: '/tmp' },
  ...(secret === null ? [] : [{ name: 'secrets', mountPath: secretsDirectory, readOnly: true }]),
]

const routesVolume = { name: 'routes', configMap: { name: edgeRoutesConfigMapName } }
const routesMount = { name: 'routes', mountPath: routesDirectory, readOnly: true }

export type PodRequest = Omit<ServiceManifestsRequest, 'namespace' | 'version'> & {
  readonly secretKeys: readonly string[]
}

/** What a server, a migration and a seed of one service have in common. */
export const serviceContainer = (request: PodRequest) => {
  const { environment, service, image, settings, secretKeys } = request
  const { requests, limits } = sizeOf(environment, service)
  return {
    name: service,
    image,
    imagePullPolicy: 'IfNotPresent',
    command: ['/nodejs/bin/node', '/app/bundle.mjs'],
    envFrom: [{ configMapRef: { name: settings.configMap.name } }],
    env: podEnvironment({ environment, service, image, secretKeys }),
    resources: { requests: { ...requests }, limits: { ...limits } },
    securityContext: { ...containerSecurity, capabilities: { drop: ['ALL'] } },
    volumeMounts: mounts(settings.secret),
    // What the process said last is the evidence where its log is gone.
    terminationMessagePolicy: 'FallbackToLogsOnError',
  } satisfies V1Container
}

export const servicePod = ({ service, settings, secretKeys }: PodRequest) =>
  ({
    serviceAccountName: workload(service).longName,
    automountServiceAccountToken: false,
    // Else every Service of the namespace is in the environment.
    enableServiceLinks: false,
    securityContext: podSecurity(nonRoot),
    volumes: volumes(settings.secret, secretKeys),
  }) satisfies Partial<V1PodSpec>

/** Labels that end with the hash of everything else, so that pods of exactly this template can be found. */
export const hashedTemplate = (spec: V1PodSpec, labels: ReturnType<typeof workloadLabels>) => ({
  metadata: { labels: { ...labels, [templateLabel]: contentHash({ spec, labels }) } },
  spec,
})

export const podTemplate = (request: ServiceManifestsRequest) => {
  const { environment, service, settings } = request
  const { shutdownDelaySeconds } = kubernetesFacts(environment)
  const component: Component = 'server'
  const secretKeys = (settings.secret?.keys ?? []).filter((key) => !migrationOnly.has(key))
  const container = serviceContainer({ ...request, secretKeys })
  const pod = servicePod({ ...request, secretKeys })
  const isEdge = service === 'edge'
  const spec: V1PodSpec = {
    ...pod,
    containers: [
      {
        ...container,
        ports: ports(workload(service)),
        ...probes(environment, service),
        volumeMounts: [...container.volumeMounts, ...(isEdge ? [routesMount] : [])],
        // Requests still arrive until every node and load balancer knows that the pod leaves. The image has no shell;
        // the kubelet itself sleeps (Kubernetes 1.30).
        lifecycle: { preStop: { sleep: { seconds: shutdownDelaySeconds } } },
      },
    ],
    terminationGracePeriodSeconds: shutdownDelaySeconds + drainSeconds,
    topologySpreadConstraints: [
      spread(request, 'topology.kubernetes.io/zone'),
      spread(request, 'kubernetes.io/hostname'),
    ],
    volumes: [...pod.volumes, ...(isEdge ? [routesVolume] : [])],
  }
  return hashedTemplate(spec, workloadLabels(service, component)) satisfies V1PodTemplateSpec
}
