import type { V1EnvVar } from '@kubernetes/client-node'
import { services } from '../services/registry.ts'
import type { EnvironmentFacts } from '../stacks/environments.ts'
import { routesFile } from './edge-routes.ts'
import { inMebibytes } from './quantities.ts'
import { sizeOf, type Workload, type WorkloadName, workload } from './workload.ts'

export const secretsDirectory = '/run/secrets/shop'

type PodEnvironmentRequest = {
  readonly environment: EnvironmentFacts
  readonly service: WorkloadName
  readonly image: string
  /** The settings that are files. */
  readonly secretKeys: readonly string[]
}

const value = (name: string, text: string | number) => ({ name, value: String(text) })
const field = (name: string, fieldPath: string) => ({ name, valueFrom: { fieldRef: { fieldPath } } })

/** Twelve digits of the image: a version that changes when what runs changes, and only then. */
const versionOf = (image: string): string => {
  const digits = /@sha256:(?<digits>[0-9a-f]{12})/.exec(image)?.groups?.digits
  if (digits === undefined) throw new Error(`${image} is not addressed by digest`)
  return digits
}

/**
 * Half of the limit for the heap: buffers, code and password hashing are outside of it. V8 then collects long before the
 * kernel ends the process, and does not let memory grow just because there is some: the autoscaler counts against requests.
 */
export const heapMebibytes = (environment: EnvironmentFacts, service: WorkloadName): number =>
  Math.floor(inMebibytes(sizeOf(environment, service).limits.memory) / 2)

const peers = ({ name, calls }: Workload) =>
  name === 'edge'
    ? []
    : calls.map((peer) =>
        value(`${peer.toUpperCase()}_URL`, `http://${services[peer].longName}:${services[peer].port}`),
      )

const own = ({ name, metricsPort }: Workload) =>
  name === 'edge'
    ? [value('EDGE_ROUTES_FILE', routesFile)]
    : // preStop has waited already when the process is told to stop.
      [value('METRICS_PORT', metricsPort ?? 0), value('SHUTDOWN_DELAY', 0)]

/** Variables of a container. They win over the ConfigMap's. */
export const podEnvironment = ({ environment, service, image, secretKeys }: PodEnvironmentRequest): V1EnvVar[] => {
  const facts = workload(service)
  return [
    value('NODE_OPTIONS', `--max-old-space-size=${heapMebibytes(environment, service)}`),
    value('HOST', '0.0.0.0'),
    value('PORT', facts.port),
    ...own(facts),
    value('SERVICE_VERSION', versionOf(image)),
    field('NAMESPACE', 'metadata.namespace'),
    field('POD_NAME', 'metadata.name'),
    ...peers(facts),
    ...secretKeys.map((key) => value(`${key}_FILE`, `${secretsDirectory}/${key}`)),
  ]
}
