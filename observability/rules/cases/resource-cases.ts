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
  /** One of three that is up or not, or of two. */
  pods(up: number): RuleCase['series']
  noPods(): RuleCase['series']
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
    noPods: () => wantedPods(namespace, constant(3), 0),
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
  noPods: () =>
    ['users-1', 'users-2'].map((pod) =>
      series('up', { labels: { ...processFacts.pod, pod, job: service }, values: constant(0) }),
    ),
}

/** A deployment of which `available` pods are there all the time, and as many are wanted as the values say. */
const wantedPods = (namespace: string, wanted: string, available: number) => {
  const labels = { namespace, deployment: service }
  return [
    series('kube_deployment_spec_replicas', { labels, values: wanted }),
    series('kube_deployment_status_replicas_available', { labels, values: constant(available) }),
  ]
}

const minutes = (count: number): number => count * 60

/** Only a cluster asks for more pods by itself. */
const scalingCases = (namespace: string): readonly RuleCase[] => {
  const labels = { namespace, deployment: service, service }
  return [
    {
      title: 'the autoscaler asks for ten pods where three are, and a node has to come first',
      series: wantedPods(namespace, '3x20 10x80', 3),
      checks: [
        silent('PodDown', minutes(14)),
        silent('MostPodsDown', minutes(14)),
        fires('PodDown', { labels, value: '7', atSeconds: minutes(18) }),
        fires('MostPodsDown', { labels, value: '30%', atSeconds: minutes(18) }),
      ],
    },
    {
      title: 'the autoscaler asks for ten pods where one of three is missing',
      series: wantedPods(namespace, '3x20 10x80', 2),
      checks: [fires('PodDown', { labels, value: '1', atSeconds: minutes(10) }), silent('MostPodsDown', minutes(10))],
    },
    {
      title: 'kube-state-metrics was started again, and tells the same by another address',
      series: [
        series('kube_deployment_spec_replicas', {
          labels: { namespace, deployment: service, instance: 'before' },
          values: '3x20 stale',
        }),
        series('kube_deployment_spec_replicas', {
          labels: { namespace, deployment: service, instance: 'after' },
          values: '_x20 3x60',
        }),
        series('kube_deployment_status_replicas_available', {
          labels: { namespace, deployment: service },
          values: constant(3),
        }),
      ],
      checks: [silent('PodDown', minutes(9)), silent('MostPodsDown', minutes(9))],
    },
  ]
}

const silentUsage = [silent('HighCPUUsage'), silent('HighMemoryUsage')]

export const resourceCases = ({ discovery }: RenderTarget): readonly RuleCase[] => {
  const { pod, workload, used, pods, noPods } =
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
      checks: [silent('PodDown', 60), fires('PodDown', { labels: workload, value: '1' }), silent('MostPodsDown')],
    },
    {
      title: 'no pod is there, from the first moment on',
      series: noPods(),
      checks: [silent('MostPodsDown', 60), fires('MostPodsDown', { labels: workload, value: '0%' })],
    },
    ...(discovery.kind === 'kubernetes' ? scalingCases(discovery.namespace) : []),
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
