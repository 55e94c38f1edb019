import { prometheusStorage } from '../../observability/prometheus/storage.ts'
import type { EnvironmentFacts } from '../../stacks/environments.ts'
import type { AddOnSize } from './add-on-pod.ts'

const { volumeGigabytes, retentionGigabytes } = prometheusStorage

type Stored = AddOnSize & { readonly storage: string }

export type AddOnSizes = {
  readonly prometheus: Stored & { readonly retentionSize: string }
  readonly alertmanager: Stored
  readonly grafana: Stored
  readonly kubeStateMetrics: AddOnSize
  readonly nodeExporter: AddOnSize
  readonly metricsServer: AddOnSize
  readonly elasticsearch: Stored & { readonly nodes: number; readonly heapMebibytes: number }
  readonly logstash: AddOnSize & { readonly heapMebibytes: number; readonly replicas: number }
  readonly kibana: AddOnSize
  readonly filebeat: AddOnSize
  readonly controller: AddOnSize
}

const size = (requests: string, limits: string): AddOnSize => {
  const [cpu = '', memory = ''] = requests.split(' ')
  const [mostCpu = '', mostMemory = ''] = limits.split(' ')
  return { requests: { cpu, memory }, limits: { cpu: mostCpu, memory: mostMemory } }
}

/** What does not grow with the shop. */
const everywhere = {
  nodeExporter: size('20m 32Mi', '250m 64Mi'),
  metricsServer: size('50m 64Mi', '250m 256Mi'),
  filebeat: size('50m 100Mi', '500m 256Mi'),
  controller: size('50m 128Mi', '500m 512Mi'),
}

/** A cluster of one's own: enough to look at, and small beside the shop. */
const small: AddOnSizes = {
  ...everywhere,
  prometheus: { ...size('50m 192Mi', '1 1Gi'), storage: '5Gi', retentionSize: '4GB' },
  alertmanager: { ...size('10m 32Mi', '250m 128Mi'), storage: '1Gi' },
  grafana: { ...size('25m 96Mi', '500m 384Mi'), storage: '1Gi' },
  kubeStateMetrics: size('10m 48Mi', '250m 192Mi'),
  elasticsearch: { ...size('100m 1Gi', '1 1536Mi'), storage: '10Gi', nodes: 1, heapMebibytes: 512 },
  logstash: { ...size('100m 512Mi', '1 768Mi'), heapMebibytes: 256, replicas: 1 },
  kibana: size('100m 512Mi', '1 1Gi'),
}

/** As the requirements give it: 50 GB of series, three nodes of 100 GB each for lines. */
const full: AddOnSizes = {
  ...everywhere,
  prometheus: {
    ...size('500m 2Gi', '2 4Gi'),
    storage: `${volumeGigabytes}Gi`,
    retentionSize: `${retentionGigabytes}GB`,
  },
  alertmanager: { ...size('25m 64Mi', '250m 256Mi'), storage: '2Gi' },
  grafana: { ...size('100m 192Mi', '1 512Mi'), storage: '5Gi' },
  kubeStateMetrics: size('25m 96Mi', '500m 384Mi'),
  elasticsearch: { ...size('500m 4Gi', '2 4Gi'), storage: '100Gi', nodes: 3, heapMebibytes: 2048 },
  logstash: { ...size('250m 1Gi', '1 1536Mi'), heapMebibytes: 512, replicas: 2 },
  kibana: size('200m 768Mi', '1 1536Mi'),
}

export const addOnSizes = ({ name }: Pick<EnvironmentFacts, 'name'>): AddOnSizes => (name === 'dev' ? small : full)
