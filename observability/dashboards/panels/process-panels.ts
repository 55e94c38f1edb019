import type { Panel } from '../panel.ts'
import { chosen, maxBy, rate, sumBy } from '../promql.ts'

export const processPanels: readonly Panel[] = [
  {
    title: 'Event loop lag, P99',
    description:
      'How late timers came, of 100 the latest but one. Above 100 ms something computes where it should wait.',
    unit: 'seconds',
    queries: [{ expr: maxBy('pod', `nodejs_eventloop_lag_p99_seconds${chosen()}`), legend: '{{pod}}' }],
  },
  {
    title: 'CPU of the process',
    description:
      'Cores in use, user and system time together. Node answers requests on one: near 1 it has no more to give.',
    unit: 'cores',
    queries: [{ expr: sumBy('pod', rate(`process_cpu_seconds_total${chosen()}`)), legend: '{{pod}}' }],
  },
  {
    title: 'Memory of the process',
    description: 'Resident memory, by pod. A line that only rises between releases is a leak.',
    unit: 'bytes',
    queries: [{ expr: sumBy('pod', `process_resident_memory_bytes${chosen()}`), legend: '{{pod}}' }],
  },
  {
    title: 'Garbage collection',
    description: 'Share of the time that the process stood still to collect garbage, by kind.',
    unit: 'share',
    queries: [{ expr: maxBy('kind', rate(`nodejs_gc_duration_seconds_sum${chosen()}`)), legend: '{{kind}}' }],
  },
]
