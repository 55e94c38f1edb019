import { Worker } from 'node:worker_threads'
import type { Profile } from '../profile/profile.ts'
import type { WorkerShare } from '../schedule/worker-share.ts'
import { LatestQueue } from './latest-queue.ts'
import type { LoadWorker } from './load-worker.ts'
import type { ScenarioModule } from './scenario-module.ts'

export type ThreadOrder = {
  readonly share: WorkerShare
  readonly profile: Profile
  readonly target: string
  readonly scenarioModule: ScenarioModule
  /** Left out, worker-thread.ts beside this file; where this one is in a bundle there is none. */
  readonly threadFile?: URL
}

/** A part of a run in a thread of this process. */
export const startThreadWorker = ({ share, threadFile, ...order }: ThreadOrder): LoadWorker => {
  const name = String(share.worker)
  const thread = new Worker(threadFile ?? new URL('./worker-thread.ts', import.meta.url), {
    workerData: { ...order, share, worker: name },
    name: `load ${name}`,
  })
  const lines = new LatestQueue<string>(Number.POSITIVE_INFINITY)
  const ready = Promise.withResolvers<void>()
  // Whoever has stopped waiting for it reads of its end in the lines.
  void Promise.allSettled([ready.promise])
  let hasEnded = false
  thread.on('message', (message: unknown) => {
    if (message === 'ready') ready.resolve()
    else if (typeof message === 'string') lines.push(message)
  })
  thread.on('error', (error) => {
    const cause = error instanceof Error ? error : new Error(String(error))
    ready.reject(cause)
    lines.fail(cause)
  })
  thread.on('exit', (code) => {
    hasEnded = true
    ready.reject(new Error(`its thread ended with ${code}`))
    lines.end()
  })
  return {
    name,
    ready: ready.promise,
    lines,
    begin: (epochMilliseconds) => thread.postMessage({ begin: epochMilliseconds }),
    stop: () => thread.postMessage({ stop: true }),
    async dispose() {
      if (!hasEnded) await thread.terminate()
    },
  }
}
