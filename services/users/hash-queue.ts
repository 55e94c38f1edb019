import { Problem, problems } from '../kit/problems.ts'
import { traced } from '../kit/request-scope.ts'
import { createWorkQueue, type WorkQueue, type WorkQueueLimits } from '../kit/work-queue.ts'

/** Hashes at once: each takes a core and 19 MiB. */
export type HashQueueLimits = Pick<WorkQueueLimits, 'inFlight' | 'waiting' | 'waitMilliseconds'>
export type HashQueue = WorkQueue

/** Lets a few hashes run and a few more wait, so that a storm of logins neither fills the memory nor stops the rest. */
export function createHashQueue(limits: HashQueueLimits): HashQueue {
  const queue = createWorkQueue({ ...limits, waitSince: 'arrival', busy })
  return { ...queue, run: (work) => queue.run(() => traced('password hash', work)) }
}

function busy(): Problem {
  return new Problem(problems.unavailable, { detail: 'Too many sign-ins at once', headers: { 'Retry-After': '1' } })
}
