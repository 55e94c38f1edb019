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

/** Runs it again and again; resolves when the run that is going on has ended. An outage is two lines: its beginning and its end. */
async function repeatUntil(signal: AbortSignal, repeated: Repeated): Promise<void> {
  const { task, everyMilliseconds, firstAfterMilliseconds = 0, logger, run } = repeated
  const pause = (milliseconds: number) => delay(milliseconds, undefined, { signal, ref: false }).catch(() => undefined)
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

/** The same until it is stopped. */
export function startRepeating(repeated: Repeated): { stop(): Promise<void> } {
  const stopping = new AbortController()
  const ended = repeatUntil(stopping.signal, repeated)
  return {
    async stop() {
      stopping.abort()
      await ended
    },
  }
}
