import type { Problem } from './problems.ts'
import { abandonedProblem, type RequestScope, refuseAbandoned, requestScope } from './request-scope.ts'

export type WorkQueueLimits = {
  /** Pieces of work that run at a time. */
  readonly inFlight: number
  /** Places to wait in. */
  readonly waiting: number
  readonly waitMilliseconds: number
  /** `last-end`: a long queue that moves is waited in, one in which nothing ends is not. */
  readonly waitSince: 'arrival' | 'last-end'
  /** What the one is told who finds no place, or whose turn does not come in time. */
  busy(): Problem
}

export type WorkQueue = {
  /** Rejects with busy(), and where nobody waits for the request any more: it leaves the queue at once. */
  run<Result>(work: () => Promise<Result>): Promise<Result>
  /** Throws busy() where `run` would have no place now: before what comes ahead of the work is done for nothing. */
  refuseWhereFull(): void
  inFlight(): number
}

/**
 * A few run, a few more wait, first come, first served. Not cockatiel's bulkhead: in that one the wait has no end, and
 * who has left keeps the place.
 */
export function createWorkQueue(limits: WorkQueueLimits): WorkQueue {
  const waiting = new Set<() => void>()
  let inFlight = 0
  let endedAt = 0

  function refuseWhereFull(): void {
    if (inFlight >= limits.inFlight && waiting.size >= limits.waiting) throw limits.busy()
  }

  async function waitForTurn(scope: RequestScope | undefined): Promise<void> {
    refuseWhereFull()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const arrivedAt = performance.now()
    const giveUp = (problem: Problem) => {
      waiting.delete(resolve)
      reject(problem)
    }
    const refuseIfLate = () => {
      const since = limits.waitSince === 'arrival' ? arrivedAt : Math.max(arrivedAt, endedAt)
      const left = since + limits.waitMilliseconds - performance.now()
      if (left > 0) timer = setTimeout(refuseIfLate, left)
      else giveUp(limits.busy())
    }
    let timer = setTimeout(refuseIfLate, limits.waitMilliseconds)
    const stopListening = scope?.onAbandoned(() => giveUp(abandonedProblem(scope.abandoned ?? 'client-left')))
    waiting.add(resolve)
    try {
      await promise
    } finally {
      clearTimeout(timer)
      stopListening?.()
    }
  }

  /** The place is handed on rather than freed, so that nobody can slip in between. */
  function leave(): void {
    endedAt = performance.now()
    const [next] = waiting
    if (next === undefined) {
      inFlight -= 1
      return
    }
    waiting.delete(next)
    next()
  }

  return {
    async run(work) {
      const scope = requestScope()
      refuseAbandoned(scope)
      if (inFlight < limits.inFlight) inFlight += 1
      else await waitForTurn(scope)
      try {
        // It may have been abandoned after its turn came and before it went on.
        refuseAbandoned(scope)
        return await work()
      } finally {
        leave()
      }
    },
    refuseWhereFull,
    inFlight: () => inFlight,
  }
}
