import { availableParallelism } from 'node:os'
import { Gauge } from 'prom-client'
import type { Metrics } from '../kit/metrics.ts'
import { createHashQueue, type HashQueue } from './hash-queue.ts'

/** Waits less than the 2 s that are allowed, so that who does not fit hears of it within 2.5 s even where all is slow. */
const hashLimits = { inFlight: Math.min(availableParallelism(), 2), waiting: 64, waitMilliseconds: 1_500 }

/** The process's one queue for hashes, and how busy it is. */
export function openHashQueue({ registry }: Metrics): HashQueue {
  const hashes = createHashQueue(hashLimits)
  new Gauge({
    name: 'password_hash_in_flight',
    help: 'Password hashes that are being computed now',
    registers: [registry],
    collect() {
      this.set(hashes.inFlight())
    },
  })
  return hashes
}
