import type { Snapshot } from '../record/snapshot.ts'
import { decodeWorkerLine } from '../record/worker-line.ts'
import type { LoadWorker } from './load-worker.ts'

export type WorkerFate = {
  readonly worker: string
  /** A sentence; null where it came to its end. */
  readonly loss: string | null
  /** That it says it sent; null where it said nothing. */
  readonly snapshots: number | null
  readonly usersNotCleanedUp: number
}

export const lostWorker = (worker: string, why: string): WorkerFate => {
  return { worker, loss: `worker ${worker} was lost: ${why}`, snapshots: null, usersNotCleanedUp: 0 }
}

export type Following = {
  onSnapshot(snapshot: Snapshot): void
  /** Resolves when the run was stopped. */
  readonly stopped: Promise<void>
  readonly cleanUpSeconds: number
}

/** A worker sends a line a second, also when it has nothing to do. */
const silenceSeconds = 15
/** Beyond the clean-up, after a stop. */
const spareSeconds = 3

/** Reads a worker until its end, or until it is given up: nothing that it does or leaves undone lasts for ever. */
export const followWorker = async (worker: LoadWorker, following: Following): Promise<WorkerFate> => {
  const { promise: givenUp, resolve: giveUp } = Promise.withResolvers<WorkerFate>()
  const giveUpAfter = (seconds: number, why: string) =>
    setTimeout(() => giveUp(lostWorker(worker.name, why)), seconds * 1_000)
  const silence = giveUpAfter(silenceSeconds, `it said nothing for ${silenceSeconds} s`)
  let late: NodeJS.Timeout | undefined
  void following.stopped.then(() => {
    late = giveUpAfter(following.cleanUpSeconds + spareSeconds, 'it did not end when it was stopped')
  })
  try {
    return await Promise.race([givenUp, readWorker(worker, { ...following, onLine: () => silence.refresh() })])
  } catch (error) {
    return lostWorker(worker.name, error instanceof Error ? error.message : String(error))
  } finally {
    clearTimeout(silence)
    clearTimeout(late)
  }
}

type Reading = Pick<Following, 'onSnapshot'> & { onLine(): void }

const readWorker = async ({ name, lines }: LoadWorker, { onSnapshot, onLine }: Reading): Promise<WorkerFate> => {
  for await (const text of lines) {
    onLine()
    const line = decodeWorkerLine(text)
    if ('ended' in line) return { worker: name, loss: null, ...line.ended }
    onSnapshot(line)
  }
  return lostWorker(name, 'it went away before its end')
}
