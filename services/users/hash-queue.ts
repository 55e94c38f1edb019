import { Problem, problems } from '../kit/problems.ts'

export type HashQueueLimits = {
  /** Hashes at once: each takes a core and 19 MiB. */
  readonly inFlight: number
  readonly waiting: number
  readonly waitMilliseconds: number
}

export type HashQueue = {
  /** Rejects with 503 where the queue is full or the turn does not come in time. */
  run<Result>(work: () => Promise<Result>): Promise<Result>
  inFlight(): number
}

/** Lets a few hashes run and a few more wait, so that a storm of logins neither fills the memory nor stops the rest. */
export function createHashQueue(limits: HashQueueLimits): HashQueue {
  const waiting = new Set<() => void>()
  let inFlight = 0

  async function waitForTurn(): Promise<void> {
    if (waiting.size >= limits.waiting) throw busy()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const timer = setTimeout(() => {
      waiting.delete(resolve)
      reject(busy())
    }, limits.waitMilliseconds)
    waiting.add(resolve)
    await promise
    clearTimeout(timer)
  }

  /** The place is handed on rather than freed, so that nobody can slip in between. */
  function leave(): void {
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
      if (inFlight < limits.inFlight) inFlight += 1
      else await waitForTurn()
      try {
        return await work()
      } finally {
        leave()
      }
    },
    inFlight: () => inFlight,
  }
}

function busy(): Problem {
  return new Problem(problems.unavailable, { detail: 'Too many sign-ins at once', headers: { 'Retry-After': '1' } })
}
