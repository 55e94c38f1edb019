import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { startThreadWorker } from '../../../loadtest/engine/coordinate/thread-worker.ts'
import { repositoryRoot } from '../../repository-root.ts'
import type { OpenLoadFleet } from './load-fleet.ts'

/** The bundled command line has neither file beside it. */
const fileOf = (...names: readonly string[]): URL => pathToFileURL(join(repositoryRoot, 'loadtest', ...names))

/** Threads of this process; of null one for each core but one, which this thread and the shop may have. */
export const threadWorkers =
  (count: number | null): OpenLoadFleet =>
  async ({ target, profile, settings }) => {
    const workers = count ?? Math.max(1, availableParallelism() - 1)
    const scenarioModule = { url: fileOf('scenarios', 'shop-scenarios.ts').href, settings }
    const threadFile = fileOf('engine', 'coordinate', 'worker-thread.ts')
    return {
      target,
      workers: Array.from({ length: workers }, (_, worker) =>
        startThreadWorker({ share: { worker, workers }, profile, target, scenarioModule, threadFile }),
      ),
      leadSeconds: 0.2,
      close: async () => undefined,
    }
  }
