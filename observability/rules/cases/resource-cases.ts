import type { RenderTarget } from '../../render-target.ts'
import { constant, fires, growing, type RuleCase, series, silent, stepSeconds } from './rule-case.ts'

type Used = { readonly cores: number; readonly bytes: number }

const service = 'user-management'
const limit: Used = { cores: 0.5, bytes: 512 * 1024 ** 2 }

const shareOf = (share: number): Used => ({ cores: share * limit.cores, bytes: share * limit.bytes })

/** The same facts as a cluster tells them, and as processes do. */
type Facts = {
  readonly pod: Readonly<Record<string, string>>
  readonly workload: Readonly<Record<string, string>>
  used(used: Used): RuleCase['series']
  pods(up: number): RuleCase['series']
}

const clusterFacts = (namespace: string): Facts => {
  const container = { namespace, pod: 'user-management-7d9f-x2x9k', container: service }
  const limited = (resource: string, value: number) =>
    series('kube_pod_container_resource_limits', { labels: { ...container, resource }, values: constant(value) })
  const deployment = { namespace, deployment: service }
  return {
    pod: { ...container, service },
    workload: { ...deployment, service },
    used: ({ cores, bytes }) => [
      series('container_cpu_usage_seconds_total', { labels: container, values: growing(cores * stepSeconds) }),
      series('container_memory_working_set_bytes', { labels: container, values: constant(bytes) }),
      limited('cpu', limit.cores),
      limited('memory', limit.bytes),
    ],
    pods: (up) => [
      series('kube_deployment_spec_replicas', { labels: deployment, values: constant(3) }),
      series('kube_deployment_status_replicas_available', { labels: deployment, values: constant(2 + up) }),
    ],
  }
}

const processFacts: Facts = {
  pod: { namespace: 'local', service, pod: 'users-1' },
  workload: { namespace: 'local', service },
  used: ({ cores, bytes }) => [
    series('process_cpu_seconds_total', { labels: processFacts.pod, values: growing(cores * stepSeconds) }),
    series('process_resident_memory_bytes', { labels: processFacts.pod, values: constant(bytes) }),
  ],
  pods: (up) => [
    series('up', { labels: { ...processFacts.pod, job: service }, values: constant(up) }),
    series('up', { labels: { ...processFacts.pod, pod: 'users-2', job: service }, values: constant(1) }),
  ],
}

const silentUsage = [silent('HighCPUUsage'), silent('HighMemoryUsage')]

export const resourceCases = ({ discovery }: RenderTarget): readonly RuleCase[] => {
  const { pod, workload, used, pods } =
    discovery.kind === 'kubernetes' ? clusterFacts(discovery.namespace) : processFacts
  return [
    {
      title: 'a pod uses nine tenths of what it may',
      series: used(shareOf(0.9)),
      checks: [
        silent('HighMemoryUsage', 4 * 60),
        silent('HighCPUUsage', 9 * 60),
        fires('HighMemoryUsage', { labels: pod, value: '90%' }),
        // A rate is low until its five minutes are full.
        fires('HighCPUUsage', { labels: pod, value: '90%', atSeconds: 16 * 60 }),
      ],
    },
    { title: 'a pod uses seven tenths of what it may', series: used(shareOf(0.7)), checks: silentUsage },
    {
      title: 'a pod is missing',
      series: pods(0),
      checks: [silent('PodDown', 60), fires('PodDown', { labels: workload, value: '1' })],
    },
    { title: 'all pods are there', series: pods(1), checks: [silent('PodDown')] },
    {
      title: 'Prometheus does not reach a program',
      series: [series('up', { labels: { job: 'kubernetes-nodes', instance: '10.0.0.7:9100' }, values: constant(0) })],
      checks: [
        silent('TargetNotScraped', 4 * 60),
        fires('TargetNotScraped', { labels: { job: 'kubernetes-nodes', instance: '10.0.0.7:9100' }, value: '0' }),
      ],
    },
    {
      title: 'Prometheus reaches a program',
      series: [series('up', { labels: { job: 'kubernetes-nodes', instance: '10.0.0.7:9100' }, values: constant(1) })],
      checks: [silent('TargetNotScraped')],
    },
  ]
}
