import { setTimeout as delay } from 'node:timers/promises'
import type { Logger } from './logging.ts'

export type Repeated = {
  /** What is done, for the log: `sending mails`. */
  readonly task: string
  readonly everyMilliseconds: number
  /** Before the first run; 0 where it is left out. */
  readonly firstAfterMilliseconds?: number
  readonly logger: Logger
  /** `again`: there is more, and it need not wait. */
  run(signal: AbortSignal): Promise<'again' | 'wait'>
}

export type Repeating = {
  /** There is something to do: what waits for its next run begins at once. */
  wake(): void
  /** Resolves when the run that is going on has ended. */
  stop(): Promise<void>
}

/** Runs it again and again; resolves when the run that is going on has ended. An outage is two lines: its beginning and its end. */
async function repeatUntil(signal: AbortSignal, { pause, ...repeated }: Repeated & { pause: Pause }): Promise<void> {
  const { task, everyMilliseconds, firstAfterMilliseconds = 0, logger, run } = repeated
  let failing = false
  const failed = (error: unknown) => {
    if (!failing) logger.warn({ error }, `${task} fails and is tried again`)
    return 'failed' as const
  }
  if (firstAfterMilliseconds > 0) await pause(firstAfterMilliseconds)
  while (!signal.aborted) {
    const outcome = await run(signal).catch(failed)
    if (failing && outcome !== 'failed') logger.info(`${task} works again`)
    failing = outcome === 'failed'
    if (outcome !== 'again') await pause(everyMilliseconds)
  }
}

type Pause = (milliseconds: number) => Promise<void>

/** A pause that ends by its time, by the signal, or at once where it was asked to before it began. */
function wakeablePause(signal: AbortSignal): { pause: Pause; wake(): void } {
  let woken = new AbortController()
  return {
    async pause(milliseconds) {
      const either = AbortSignal.any([signal, woken.signal])
      await delay(milliseconds, undefined, { signal: either, ref: false }).catch(() => undefined)
      woken = new AbortController()
    },
    wake: () => woken.abort(),
  }
}

/** The same until it is stopped. */
export function startRepeating(repeated: Repeated): Repeating {
  const stopping = new AbortController()
  const { pause, wake } = wakeablePause(stopping.signal)
  const ended = repeatUntil(stopping.signal, { ...repeated, pause })
  return {
    wake,
    async stop() {
      stopping.abort()
      await ended
    },
  }
}
