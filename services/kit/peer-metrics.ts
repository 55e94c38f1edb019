import { Gauge, Histogram } from 'prom-client'
import { durationBuckets, type Metrics } from './metrics.ts'

/** `unplanned`: an answer that the caller does not know. `refused`: not tried, the breaker is open. */
const results = ['answered', 'unplanned', 'failed', 'abandoned', 'refused'] as const
export type PeerResult = (typeof results)[number]

const breakerValues = { closed: 0, 'half-open': 0.5, open: 1 } as const
export type BreakerState = keyof typeof breakerValues

export type PeerMetrics = ReturnType<typeof createPeerMetrics>

/** The outbound metrics of a service; made once and given to each of its peers. */
export function createPeerMetrics({ registry }: Metrics) {
  const duration = new Histogram({
    name: 'outbound_request_duration_seconds',
    help: 'Time of one try to get an answer from another service',
    labelNames: ['peer', 'result'] as const,
    buckets: durationBuckets,
    registers: [registry],
  })
  const breaker = new Gauge({
    name: 'breaker_state',
    help: '0 closed, 0.5 half open, 1 open: calls to this peer are refused at once',
    labelNames: ['peer'] as const,
    registers: [registry],
  })
  return {
    watch(peer: string) {
      for (const result of results) duration.zero({ peer, result })
      breaker.set({ peer }, breakerValues.closed)
    },
    /** Starts the clock of one try; the returned function stops it. */
    startTry(peer: string): (result: PeerResult) => void {
      const stop = duration.startTimer({ peer })
      return (result) => stop({ result })
    },
    countRefused: (peer: string) => duration.observe({ peer, result: 'refused' }, 0),
    setBreaker: (peer: string, state: BreakerState) => breaker.set({ peer }, breakerValues[state]),
  }
}
