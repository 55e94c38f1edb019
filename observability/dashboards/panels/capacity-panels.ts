import type { RenderTarget } from '../../render-target.ts'
import type { Panel, Row } from '../panel.ts'
import { chosen, maxBy, sumBy } from '../promql.ts'
import { byPod, cpuByPod, memoryByPod, podStatus, podsChosen } from './pod-panels.ts'

const inNamespace = '{namespace=~"$namespace"}'

/** Recorded for alerts: the same on every platform, whatever tells it there. */
const cpuOfLimit = (target: RenderTarget): Panel => ({
  title: 'CPU of its limit',
  description:
    'Share of its CPU limit that each pod uses. The autoscaler adds pods by the share of the request, far below.',
  unit: 'share',
  queries: [
    { expr: maxBy(byPod(target).labels, `pod:cpu_usage:ratio_of_limit${chosen()}`), legend: byPod(target).legend },
  ],
  limit: { label: 'alert', value: 0.8 },
})

const memoryOfLimit = (target: RenderTarget): Panel => ({
  title: 'Memory of its limit',
  description: 'Share of its memory limit that each pod uses. At 100 % the kernel ends it.',
  unit: 'share',
  queries: [
    { expr: maxBy(byPod(target).labels, `pod:memory_usage:ratio_of_limit${chosen()}`), legend: byPod(target).legend },
  ],
  limit: { label: 'alert', value: 0.85 },
})

const throttled: Panel = {
  title: 'Throttled',
  description:
    'Share of the periods in which a pod wanted more CPU than its limit and was made to wait. It is seen as latency.',
  unit: 'share',
  queries: [
    {
      expr: `${sumBy('pod', `rate(container_cpu_cfs_throttled_periods_total${podsChosen('container!=""')}[5m])`)} / ${sumBy('pod', `rate(container_cpu_cfs_periods_total${podsChosen('container!=""')}[5m])`)}`,
      legend: '{{pod}}',
    },
  ],
}

const replicas: Panel = {
  title: 'Pods and their most',
  description:
    'Pods that the autoscaler wants, and how many it may want. Where both are the same there is no room left.',
  unit: 'count',
  queries: [
    {
      expr: maxBy('horizontalpodautoscaler', `kube_horizontalpodautoscaler_status_current_replicas${inNamespace}`),
      legend: '{{horizontalpodautoscaler}} now',
    },
    {
      expr: maxBy('horizontalpodautoscaler', `kube_horizontalpodautoscaler_spec_max_replicas${inNamespace}`),
      legend: '{{horizontalpodautoscaler}} most',
    },
  ],
}

const restarts: Panel = {
  title: 'Restarts',
  description: 'Containers that were started again within the last hour, by pod.',
  unit: 'count',
  queries: [
    { expr: `sum by (pod) (increase(kube_pod_container_status_restarts_total${podsChosen()}[1h]))`, legend: '{{pod}}' },
  ],
}

/** The whole cluster's: nodes belong to no namespace. */
const nodePanels: readonly Panel[] = [
  {
    title: 'CPU of nodes',
    description: 'Share of its cores that each node uses, whatever runs there.',
    unit: 'share',
    queries: [
      { expr: '1 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[5m]))', legend: '{{instance}}' },
    ],
  },
  {
    title: 'Memory of nodes',
    description: 'Share of its memory that each node cannot give any more.',
    unit: 'share',
    queries: [{ expr: '1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes', legend: '{{instance}}' }],
  },
  {
    title: 'Fullest disk of nodes',
    description: 'Share of the fullest file system of each node. At 85 % the kubelet begins to remove images and pods.',
    unit: 'share',
    queries: [
      {
        expr: 'max by (instance) (1 - node_filesystem_avail_bytes{fstype!~"tmpfs|overlay"} / node_filesystem_size_bytes{fstype!~"tmpfs|overlay"})',
        legend: '{{instance}}',
      },
    ],
    limit: { label: 'kubelet evicts', value: 0.85 },
  },
  {
    title: 'Requested CPU',
    description:
      'Share of the cores of all nodes that pods have asked for. At 100 % the next pod waits for the node autoscaler.',
    unit: 'share',
    queries: [
      {
        expr: 'sum(kube_pod_container_resource_requests{resource="cpu"}) / sum(kube_node_status_allocatable{resource="cpu"})',
        legend: 'requested',
      },
    ],
  },
]

const poolWait = (target: RenderTarget): Panel => ({
  title: 'Waiting for a connection',
  description:
    'Requests that wait for a connection to the database, by pod. Above 0 for long, the pool is what is full.',
  unit: 'count',
  queries: [
    {
      expr: sumBy(byPod(target).labels, `db_pool_connections${chosen('state="waiting"')}`),
      legend: byPod(target).legend,
    },
  ],
})

const fileDescriptors = (target: RenderTarget): Panel => ({
  title: 'Open files',
  description: 'Share of the files and sockets that each process may have open.',
  unit: 'share',
  queries: [
    {
      expr: `${maxBy(byPod(target).labels, `process_open_fds${chosen()}`)} / ${maxBy(byPod(target).labels, `process_max_fds${chosen()}`)}`,
      legend: byPod(target).legend,
    },
  ],
})

const monitoringPanels = (target: RenderTarget): readonly Panel[] => [
  {
    title: 'Series in memory',
    description: 'What Prometheus keeps of the last hours. A jump is a label that takes too many values.',
    unit: 'count',
    queries: [{ expr: 'prometheus_tsdb_head_series', legend: 'series' }],
  },
  {
    title: 'Series a scrape',
    description: 'Values that each pod tells of itself. At most 2,000 by agreement.',
    unit: 'count',
    queries: [{ expr: maxBy(byPod(target).labels, `scrape_samples_scraped${chosen()}`), legend: byPod(target).legend }],
    limit: { label: 'agreed', value: 2_000 },
  },
]

/** Throttling, autoscaling and nodes are told by Kubernetes alone. */
export const capacityRows = (target: RenderTarget): readonly Row[] => {
  const rows: readonly Row[] = [
    {
      title: 'Pods',
      panels: [
        cpuOfLimit(target),
        memoryOfLimit(target),
        podStatus(target),
        cpuByPod(target),
        memoryByPod(target),
        poolWait(target),
        fileDescriptors(target),
      ],
    },
    { title: 'Monitoring itself', panels: monitoringPanels(target) },
  ]
  if (target.discovery.kind === 'local') return rows
  return [
    ...rows,
    { title: 'Limits and scaling', panels: [throttled, replicas, restarts] },
    { title: 'Nodes', panels: nodePanels },
  ]
}
