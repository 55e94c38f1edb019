import type { LoadWorker } from './load-worker.ts'
import { lostWorker, type WorkerFate } from './worker-fate.ts'

const readySeconds = 60

/** Waits until all can begin; those that cannot. None where the run was given up meanwhile. */
export const unreadyWorkers = async (
  workers: readonly LoadWorker[],
  signal: AbortSignal,
): Promise<readonly WorkerFate[]> => {
  const { promise: late, resolve } = Promise.withResolvers<WorkerFate | null>()
  const timer = setTimeout(
    () => resolve(lostWorker('(one of them)', `not ready after ${readySeconds} s`)),
    readySeconds * 1_000,
  )
  const giveUp = () => resolve(null)
  if (signal.aborted) giveUp()
  signal.addEventListener('abort', giveUp)
  const all = workers.map(async ({ name, ready }) => {
    try {
      await Promise.race([ready, late])
      return await Promise.race([late, null])
    } catch (error) {
      return lostWorker(name, error instanceof Error ? error.message : String(error))
    }
  })
  const fates = await Promise.all(all)
  clearTimeout(timer)
  signal.removeEventListener('abort', giveUp)
  return fates.filter((fate) => fate !== null)
}
