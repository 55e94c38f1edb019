import { remoteWorker } from '../../../loadtest/engine/remote/remote-worker.ts'
import type { OpenLoadFleet } from './load-fleet.ts'
import { newRunName } from './run-word.ts'
import { threadWorkers } from './thread-workers.ts'

/** For users who leave, and for what is slow to start and to end. */
const spareSeconds = 300

/** Pods beside the shop, where its platform has machines of its own; else as many threads here. */
export const podWorkers =
  (count: number): OpenLoadFleet =>
  async (order) => {
    const { profile, settings, release, platform, say, signal } = order
    if (platform.openLoadPods === undefined) return threadWorkers(count)(order)
    say(`starting ${count} workers`)
    const deadlineSeconds = Math.ceil(profile.durationSeconds + profile.cleanUpSeconds + spareSeconds)
    const { cleanUpSeconds } = profile
    const wish = { run: newRunName(), workers: count, release, deadlineSeconds, cleanUpSeconds }
    const pods = await platform.openLoadPods(wish, signal)
    const { target } = pods
    const workers = Array.from({ length: count }, (_, worker) =>
      remoteWorker({
        order: { worker: String(worker), share: { worker, workers: count }, profile, target, settings },
        connect: (within) => pods.connect(worker, within),
      }),
    )
    say(`${count} workers send to ${target}`)
    return { target, workers, leadSeconds: 1, close: pods.close }
  }
