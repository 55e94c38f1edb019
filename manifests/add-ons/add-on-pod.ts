import type {
  V1Container,
  V1EnvVar,
  V1PodSpec,
  V1PodTemplateSpec,
  V1Volume,
  V1VolumeMount,
} from '@kubernetes/client-node'
import type { Quantities } from '../../stacks/environments.ts'
import { contentHash } from '../content-hash.ts'
import { templateLabel } from '../labels.ts'
import { containerSecurity, podSecurity } from '../pod-security.ts'
import { type AddOnPart, partMetadata } from './add-on-part.ts'

export type AddOnSize = { readonly requests: Quantities; readonly limits: Quantities }

export type AddOnContainer = {
  readonly name: string
  readonly image: string
  readonly args: readonly string[]
  readonly command?: readonly string[]
  readonly size: AddOnSize
  readonly env?: readonly V1EnvVar[]
  readonly mounts: readonly V1VolumeMount[]
  /** Where it says that it lives and is ready; null for one that ends. */
  readonly probes: Pick<V1Container, 'startupProbe' | 'livenessProbe' | 'readinessProbe'> | null
}

type Asked = { readonly path: string; readonly port: string | number }

/** Startup is asked often, so that a program that works is known soon; for how long it may take each says itself. */
export const httpProbes = ({
  alive,
  ready,
  startSeconds,
}: {
  readonly alive: Asked
  readonly ready: Asked
  readonly startSeconds: number
}) => ({
  startupProbe: { httpGet: { ...alive }, periodSeconds: 2, failureThreshold: Math.ceil(startSeconds / 2) },
  livenessProbe: { httpGet: { ...alive }, periodSeconds: 15, timeoutSeconds: 5, failureThreshold: 4 },
  readinessProbe: { httpGet: { ...ready }, periodSeconds: 5, timeoutSeconds: 5, failureThreshold: 3 },
})

export const addOnContainer = (part: AddOnPart, container: AddOnContainer): V1Container => ({
  name: container.name,
  image: container.image,
  imagePullPolicy: 'IfNotPresent',
  ...(container.command === undefined ? {} : { command: [...container.command] }),
  args: [...container.args],
  ...(container.env === undefined ? {} : { env: [...container.env] }),
  ...(container.probes === null || part.ports.length === 0
    ? {}
    : { ports: part.ports.map(({ name, port }) => ({ name, containerPort: port, protocol: 'TCP' })) }),
  resources: { requests: { ...container.size.requests }, limits: { ...container.size.limits } },
  securityContext: { ...containerSecurity, capabilities: { drop: ['ALL'] } },
  ...(container.probes ?? {}),
  terminationMessagePolicy: 'FallbackToLogsOnError',
  volumeMounts: [...container.mounts],
})

export type AddOnPod = {
  readonly user: number
  readonly containers: readonly V1Container[]
  readonly volumes: readonly V1Volume[]
  /** `mounted`: it asks the API server, by the rights of its account. */
  readonly token: 'mounted' | 'none'
  readonly graceSeconds: number
  readonly more?: Partial<V1PodSpec>
}

/** Labels that end with the hash of everything else, so that pods of exactly this template can be found. */
export const addOnTemplate = (part: AddOnPart, pod: AddOnPod): V1PodTemplateSpec => {
  const { labels } = partMetadata(part)
  const spec: V1PodSpec = {
    serviceAccountName: part.name,
    automountServiceAccountToken: pod.token === 'mounted',
    enableServiceLinks: false,
    securityContext: podSecurity(pod.user),
    containers: [...pod.containers],
    terminationGracePeriodSeconds: pod.graceSeconds,
    volumes: [...pod.volumes],
    ...pod.more,
  }
  return { metadata: { labels: { ...labels, [templateLabel]: contentHash({ spec, labels }) } }, spec }
}

/** What an image writes to beside its data: the image itself is read-only. */
export const scratch = (name: string, sizeLimit: string): V1Volume => ({ name, emptyDir: { sizeLimit } })
