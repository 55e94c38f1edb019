import type { RenderTarget } from '../../render-target.ts'
import type { Panel } from '../panel.ts'
import { chosen, rate, sumBy } from '../promql.ts'

/** What the platform itself tells of pods has no label `service`. `container=""` is the pod's own row, counted twice. */
export const podsChosen = (...conditions: readonly string[]): string =>
  `{${['namespace=~"$namespace"', 'pod=~"$pod"', ...conditions].join(',')}}`

const ofContainers = podsChosen('container!=""')

const isKubernetes = ({ discovery }: RenderTarget): boolean => discovery.kind === 'kubernetes'

/** A pod is named after its service, a process is not. */
export const byPod = (target: RenderTarget): { readonly labels: string; readonly legend: string } =>
  isKubernetes(target)
    ? { labels: 'pod', legend: '{{pod}}' }
    : { labels: 'service, pod', legend: '{{service}} {{pod}}' }

export const cpuByPod = (target: RenderTarget): Panel => ({
  title: 'CPU Usage',
  description: 'Cores that each pod uses. Above 80 % of its limit for ten minutes is the alert HighCPUUsage.',
  unit: 'cores',
  queries: [
    {
      expr: isKubernetes(target)
        ? sumBy('pod', rate(`container_cpu_usage_seconds_total${ofContainers}`))
        : sumBy(byPod(target).labels, rate(`process_cpu_seconds_total${chosen()}`)),
      legend: byPod(target).legend,
    },
  ],
})

export const memoryByPod = (target: RenderTarget): Panel => ({
  title: 'Memory Usage',
  description:
    'What the kernel would end each pod for. Above 85 % of its limit for five minutes is the alert HighMemoryUsage.',
  unit: 'bytes',
  queries: [
    {
      expr: isKubernetes(target)
        ? sumBy('pod', `container_memory_working_set_bytes${ofContainers}`)
        : sumBy(byPod(target).labels, `process_resident_memory_bytes${chosen()}`),
      legend: byPod(target).legend,
    },
  ],
})

const phases = ['Running', 'Pending', 'Failed'] as const

const phaseQuery = (phase: (typeof phases)[number]) => ({
  expr: `sum(kube_pod_status_phase${podsChosen(`phase="${phase}"`)})`,
  legend: phase.toLowerCase(),
})

/** Processes have no phase: they answer or they do not. */
const localStates: Panel['queries'] = [
  { expr: `sum(up${chosen()})`, legend: 'running' },
  { expr: `sum(1 - up${chosen()})`, legend: 'failed' },
]

export const podStatus = (target: RenderTarget): Panel => ({
  title: 'Pod Status',
  description: isKubernetes(target)
    ? 'Pods by phase. Pending for more than a minute: no node has room, or an image cannot be pulled.'
    : 'Processes that answer when they are scraped, and those that do not.',
  unit: 'count',
  queries: isKubernetes(target) ? phases.map(phaseQuery) : localStates,
  drawn: 'stacked',
})
