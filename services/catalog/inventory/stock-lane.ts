import { planLanes } from '../../kit/lanes.ts'
import { Problem } from '../../kit/problems.ts'
import { createWorkQueue, type WorkQueue } from '../../kit/work-queue.ts'
import { catalogProblems } from '../problems.ts'

/** Runs work that locks stock, so many at a time. */
export type StockLane = WorkQueue['run']

/** Shorter than for a lock: who waits behind others that wait for one learns it before they do. */
const stallMilliseconds = 2_000

/**
 * As many as the pool has connections that are shared by writes: then nothing is sent behind a statement that waits for
 * a locked product, and what only reads always finds a connection.
 */
export const stockSlots = (poolSize: number): number => Math.max(1, planLanes(poolSize).write)

/** A long queue that moves is waited in; where nothing has ended for so long, those who wait are told `inventory/busy`. */
export function createStockLane(slots: number, waitMilliseconds = stallMilliseconds): StockLane {
  const waits = { waiting: Number.POSITIVE_INFINITY, waitMilliseconds, waitSince: 'last-end' } as const
  return createWorkQueue({ inFlight: slots, ...waits, busy }).run
}

const busy = () => new Problem(catalogProblems.busy, { headers: { 'Retry-After': '1' } })
