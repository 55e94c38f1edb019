import { z } from 'zod'
import { type ClusterBreakage, type Hand, harmless, swap } from './cluster-breakage.ts'
import { eventually } from './cluster-shop.ts'
import type { FickleRegistry } from './fickle-registry.ts'

const deadline = () => AbortSignal.timeout(30_000)
const templateFile = 'manifests/pod-template.ts'
const quotaSchema = z.object({ status: z.object({ hard: z.record(z.string(), z.string()) }) })

/** No pod more than there are. */
const tightQuota = async ({ shop }: Hand): Promise<() => Promise<void>> => {
  const { kube, namespace } = shop
  const reference = { apiVersion: 'v1', kind: 'ResourceQuota', name: 'tight', namespace }
  await kube.create(
    { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'tight', namespace }, spec: { hard: { pods: '1' } } },
    deadline(),
  )
  await eventually(
    'counted the quota',
    async () => quotaSchema.safeParse(await kube.read(reference, deadline())).success,
  )
  return async () => {
    await kube.delete(reference, deadline())
  }
}

const refusing =
  (status: Parameters<FickleRegistry['refusePulls']>[0]['status']) =>
  async ({ registry }: Hand): Promise<() => Promise<void>> => {
    registry?.refusePulls({ status, times: Number.POSITIVE_INFINITY })
    return async () => registry?.allowPulls()
  }

/** A volume of the pods of orders, and where they see it. */
const volume = (source: string) => [
  swap(
    templateFile,
    '...(isEdge ? [routesVolume] : [])',
    `...(isEdge ? [routesVolume] : []), ...(service === 'orders' ? [{ name: 'e2e', ${source} }] : [])`,
  ),
  swap(
    templateFile,
    '...(isEdge ? [routesMount] : [])',
    "...(isEdge ? [routesMount] : []), ...(service === 'orders' ? [{ name: 'e2e', mountPath: '/e2e' }] : [])",
  ),
]

/** What the cluster or the registry does not give a release that is good in itself. */
export const refusedReleases: readonly ClusterBreakage[] = [
  {
    title: 'has an image that the registry lost',
    service: 'users',
    edits: [harmless('users', 'lost')],
    prepare: refusing(404),
    pulls: 'refused',
    code: 'ROLLOUT_UNHEALTHY',
    why: /^user-management-\S+ cannot start: ImageNotFound: localhost:\d+\/user-management@sha256:[0-9a-f]{64}: not found/,
    advice: 'The registry does not have this image: deploy again to build and push it.',
    events: /Pod user-management-\S+ Failed: .*not found/,
  },
  {
    title: 'may not pull its image',
    service: 'catalog',
    edits: [harmless('catalog', 'locked out')],
    prepare: refusing(401),
    pulls: 'refused',
    code: 'ROLLOUT_UNHEALTHY',
    why: /^product-catalog-\S+ cannot start: RegistryLoginRefused: localhost:\d+\/product-catalog@sha256:[0-9a-f]{64}: /,
    advice: 'Give the nodes, or the pods’ service account, the right to pull from this registry.',
    events: /Pod product-catalog-\S+ Failed: /,
  },
  {
    title: 'is throttled by the registry for longer than is waited for',
    service: 'orders',
    edits: [harmless('orders', 'too fast')],
    prepare: refusing(429),
    pulls: 'refused',
    code: 'ROLLOUT_UNHEALTHY',
    why: /^order-management-\S+ has waited 20\.\d s: PullThrottled: localhost:\d+\/order-management@sha256:[0-9a-f]{64}: .*429 Too Many Requests/,
    advice: 'The registry limits pulls: wait, let the nodes log in, or pull through a cache.',
    events: /Pod order-management-\S+ Failed: .*429 Too Many Requests/,
  },
  {
    title: 'needs a Secret that is not there',
    service: 'orders',
    edits: [
      swap(
        templateFile,
        'envFrom: [{ configMapRef: { name: settings.configMap.name } }]',
        "envFrom: [{ configMapRef: { name: settings.configMap.name } }, ...(service === 'orders' ? [{ secretRef: { name: 'e2e-gone' } }] : [])]",
      ),
    ],
    code: 'ROLLOUT_UNHEALTHY',
    why: /^order-management-\S+ cannot start: MissingSettings: Secret e2e-gone does not exist$/,
    advice: 'Deploy again: settings and secrets are applied before the pods that need them.',
    events: /Pod order-management-\S+ Failed: .*secret "e2e-gone" not found/,
  },
  {
    title: 'mounts a ConfigMap that is not there',
    service: 'orders',
    edits: volume("configMap: { name: 'e2e-gone' }"),
    code: 'ROLLOUT_UNHEALTHY',
    why: /^order-management-\S+ cannot start: MissingSettings: ConfigMap e2e-gone does not exist$/,
    events: /Pod order-management-\S+ FailedMount: .*configmap "e2e-gone" not found/,
  },
  {
    title: 'has a volume that cannot be mounted',
    service: 'orders',
    edits: volume("csi: { driver: 'e2e.shopctl.dev' }"),
    code: 'ROLLOUT_UNHEALTHY',
    why: /^order-management-\S+ has waited 20\.\d s: VolumeNotMounted: MountVolume\.\S+ failed for volume "e2e"/,
    advice: 'See what the volume is of, and whether the node reaches it.',
    events: /Pod order-management-\S+ FailedMount: /,
  },
  {
    title: 'asks for more than any node has',
    service: 'orders',
    edits: [
      swap(
        'stacks/environments.ts',
        "orders: size({ min: 1, max: 1 }, { cpu: '5m', memory: '128Mi' }, { cpu: '500m', memory: '512Mi' })",
        "orders: size({ min: 1, max: 1 }, { cpu: '1000', memory: '128Mi' }, { cpu: '1000', memory: '512Mi' })",
      ),
    ],
    code: 'ROLLOUT_UNHEALTHY',
    why: /^order-management-\S+ has waited 20\.\d s: Unschedulable: 0\/\d+ nodes are available: \d+ Insufficient cpu/,
    advice: 'Ask for less in stacks/environments.ts, or add a node.',
    events: /Pod order-management-\S+ FailedScheduling: .*Insufficient cpu/,
  },
  {
    title: 'may have no more pods',
    service: 'users',
    edits: [harmless('users', 'one too many')],
    prepare: tightQuota,
    code: 'ROLLOUT_UNHEALTHY',
    why: /^users: FailedCreate: pods "user-management-\S+" is forbidden: exceeded quota: tight, requested: pods=1, used: pods=\d+, limited: pods=1/,
    advice: 'Raise the quota, or correct what the admission refuses.',
    events: /ReplicaSet user-management-\S+ FailedCreate: .*exceeded quota: tight/,
  },
  {
    title: 'has pods that the admission refuses',
    service: 'orders',
    edits: [
      swap(
        templateFile,
        '        ...container,\n',
        "        ...container,\n        ...(service === 'orders' ? { securityContext: { privileged: true } } : {}),\n",
      ),
    ],
    code: 'ROLLOUT_UNHEALTHY',
    why: /^orders: FailedCreate: pods "order-management-\S+" is forbidden: violates PodSecurity "restricted:\S+": privileged/,
    advice: 'Raise the quota, or correct what the admission refuses.',
    events: /ReplicaSet order-management-\S+ FailedCreate: .*violates PodSecurity/,
  },
]
