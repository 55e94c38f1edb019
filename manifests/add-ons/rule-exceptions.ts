import type { Violation } from '../rules/all-rules.ts'

export type RuleException = {
  readonly rule: string
  /** `Kind/name`, of the object that may break it. */
  readonly object: string
  readonly reason: string
}

const token = (object: string, reason: string): RuleException => ({
  rule: 'no pod has a token for the API server',
  object,
  reason,
})

/** What the shop's own pods may never do. One that is not needed any more fails a test. */
export const exceptions: readonly RuleException[] = [
  {
    rule: 'a namespace takes restricted pods only',
    object: 'Namespace/monitoring',
    reason: 'node-exporter mounts the node; whatever else goes beyond it is warned of and audited',
  },
  {
    rule: 'a namespace takes restricted pods only',
    object: 'Namespace/logging',
    reason: 'filebeat mounts the log files of the node; whatever else goes beyond it is warned of and audited',
  },
  {
    rule: 'no pod mounts a path of its node',
    object: 'DaemonSet/node-exporter',
    reason: 'it reads what the node’s kernel and file systems say, and can write nothing of it',
  },
  {
    rule: 'no pod mounts a path of its node',
    object: 'DaemonSet/filebeat',
    reason: 'the log files are there, and how far each was read has to outlive the pod',
  },
  {
    rule: 'nothing runs as root',
    object: 'DaemonSet/filebeat',
    reason: 'the log files belong to root, and nobody else may read them; it has no capability',
  },
  {
    rule: 'every server is probed',
    object: 'Deployment/elasticsearch-setup',
    reason: 'it serves nobody, and ends where it is refused; whether all is told is its readiness',
  },
  token('StatefulSet/prometheus', 'it finds what is to be scraped through the API server'),
  token('Deployment/kube-state-metrics', 'it counts what the API server has'),
  token('Deployment/metrics-server', 'it asks kubelets, and checks who asks it'),
  token('DaemonSet/filebeat', 'it asks which pod a file is of'),
  token('Deployment/aws-load-balancer-controller', 'it makes load balancers of Ingresses'),
  token('Deployment/cluster-autoscaler', 'it looks for pods without a node'),
  token('Job/aws-load-balancer-certificate', 'it writes the certificate of the webhooks'),
]

/** The object of an exception may end with the hash of its content. */
const ofObject = ({ violation }: Violation, object: string): boolean =>
  violation.replace(/^([^:,]*)-[0-9a-f]{10}(?=[:,])/, '$1').startsWith(`${object}:`) ||
  violation.startsWith(`${object},`)

export const isExcepted = (violation: Violation, among: readonly RuleException[] = exceptions): boolean =>
  among.some(({ rule, object }) => rule === violation.rule && ofObject(violation, object))
