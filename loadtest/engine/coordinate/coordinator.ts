import type { Profile } from '../profile/profile.ts'
import { buildResult } from '../result/build-result.ts'
import type { RunResult } from '../result/run-result.ts'
import type { Window } from '../result/window.ts'
import { LatestQueue } from './latest-queue.ts'
import { Ledger } from './ledger.ts'
import type { LoadWorker } from './load-worker.ts'
import { SecondsInStep } from './seconds-in-step.ts'
import { unreadyWorkers } from './unready-workers.ts'
import { followWorker, type WorkerFate } from './worker-fate.ts'

export type RunRequest = {
  /** An origin. */
  readonly target: string
  readonly profile: Profile
  readonly scenarios: RunResult['scenarios']
  readonly workers: readonly LoadWorker[]
  /** Stops the load within a second; the result is marked as partial. */
  readonly signal: AbortSignal
  /** From all being ready to the first second; more where workers are on other machines. */
  readonly leadSeconds?: number
}

export type LoadRun = {
  /** Merged seconds, each when all workers have sent theirs. Of what nobody reads the last hundred are kept. */
  readonly seconds: AsyncIterable<Window>
  /** What happens to a worker makes the run invalid and does not reject. */
  readonly result: Promise<RunResult>
}

const unreadSeconds = 100

/** Runs the workers side by side and adds up what they send, wherever they are. */
export const coordinateRun = (request: RunRequest): LoadRun => {
  const seconds = new LatestQueue<Window>(unreadSeconds)
  const result = run(request, seconds).finally(async () => {
    seconds.end()
    await Promise.all(request.workers.map((worker) => worker.dispose()))
  })
  return { seconds, result }
}

const run = async (request: RunRequest, seconds: LatestQueue<Window>): Promise<RunResult> => {
  const { workers, signal, profile, leadSeconds = 0.2 } = request
  const ledger = new Ledger(profile)
  const unready = await unreadyWorkers(workers, signal)
  const startedAt = new Date(Date.now() + leadSeconds * 1_000)
  if (unready.length > 0 || signal.aborted) return resultOf(request, { ledger, startedAt, fates: unready, isCut: true })

  const stop = Promise.withResolvers<void>()
  const stopAll = () => {
    for (const worker of workers) worker.stop()
    stop.resolve()
  }
  signal.addEventListener('abort', stopAll)
  for (const worker of workers) worker.begin(startedAt.getTime())
  const step = new SecondsInStep({ workers: workers.map(({ name }) => name), ledger, seconds })
  const limits = { stopped: stop.promise, cleanUpSeconds: profile.cleanUpSeconds }
  let isCut = false
  const fates = await Promise.all(
    workers.map(async (worker) => {
      const fate = await followWorker(worker, { ...limits, onSnapshot: (snapshot) => step.add(snapshot) })
      step.leave(worker.name)
      if (fate.loss !== null && !isCut) {
        // What the others do from now on is not the load that was asked for.
        isCut = true
        stopAll()
      }
      return fate
    }),
  )
  signal.removeEventListener('abort', stopAll)
  return resultOf(request, { ledger, startedAt, fates, isCut: isCut || signal.aborted })
}

type Outcome = {
  readonly ledger: Ledger
  readonly startedAt: Date
  readonly fates: readonly WorkerFate[]
  readonly isCut: boolean
}

const resultOf = (request: RunRequest, { ledger, startedAt, fates, isCut }: Outcome): RunResult => {
  const { target, profile, scenarios, workers } = request
  const lost = workers.flatMap(({ name }) => {
    const sent = fates.find((fate) => fate.worker === name)?.snapshots ?? null
    const missing = sent === null ? 0 : sent - ledger.snapshotsOf(name)
    return missing > 0 ? [`${missing} seconds of worker ${name} were lost on the way`] : []
  })
  const facts = {
    target,
    profile,
    scenarios,
    workers: workers.length,
    startedAt,
    endedAt: new Date(Math.max(Date.now(), startedAt.getTime())),
    partial: isCut,
    losses: [...fates.flatMap(({ loss }) => loss ?? []), ...lost],
    usersNotCleanedUp: fates.reduce((sum, fate) => sum + fate.usersNotCleanedUp, 0),
  }
  return buildResult(facts, ledger.read())
}
