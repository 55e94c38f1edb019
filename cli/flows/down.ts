import type { FlowMeans } from './means.ts'
import { beginFlow } from './steps.ts'
import { withLock } from './with-lock.ts'

export type DownRequest = {
  /** `delete` also removes the databases, the settings and the history. */
  readonly data: 'keep' | 'delete'
  readonly waitSeconds: number
}

/** Stops everything of an environment, under its lock. With the data kept, the next deploy finds it all again. */
export const down = async (request: DownRequest, means: FlowMeans): Promise<void> => {
  const { platform } = means
  const steps = beginFlow('down', means)
  const why = request.data === 'delete' ? 'down, deleting the data' : 'down'
  await withLock({ means, steps, why, waitSeconds: request.waitSeconds }, (_lock, signal) =>
    steps.run('stop', () => platform.down({ data: request.data }, signal)),
  )
}
