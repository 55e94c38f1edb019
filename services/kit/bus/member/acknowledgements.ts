import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises'
import type { Logger } from '../../logging.ts'
import type { Entry } from './group-store.ts'
import { within } from './within.ts'

export type Acknowledgements = {
  add(entry: Entry): void
  /** Whether some of the partition are on their way. */
  pending(partition: number): boolean
  /** Somebody else has the partition, and will finish them again. */
  discard(partition: number): void
  /** The last: resolves when all are acknowledged, or after that time, and then gives up. */
  flushed(milliseconds: number): Promise<void>
}

type Parts = {
  acknowledge(entries: readonly Entry[]): Promise<void>
  onAcknowledged(entries: readonly Entry[]): void
  readonly logger: Logger
}

const atOnce = 500
const againMilliseconds = 250

/** Batches by itself: while some are on their way, others gather. What fails is tried again until it is discarded. */
export function createAcknowledgements({ acknowledge, onAcknowledged, logger }: Parts): Acknowledgements {
  let waiting: Entry[] = []
  let sending: readonly Entry[] = []
  let flushing: Promise<void> | undefined
  let givenUp = false
  let failing = false

  async function flush(): Promise<void> {
    await turn()
    while (waiting.length > 0 && !givenUp) {
      sending = waiting.splice(0, atOnce)
      const failure = await acknowledge(sending).then(
        () => null,
        (error: unknown) => ({ error }),
      )
      if (failure === null) onAcknowledged(sending)
      else waiting.unshift(...sending)
      tell(failure)
      sending = []
      if (failure !== null) await delay(againMilliseconds)
    }
    flushing = undefined
  }

  function tell(failure: { readonly error: unknown } | null): void {
    if (failure !== null && !failing) logger.warn(failure, 'handled events cannot be acknowledged, tried again')
    failing = failure !== null
  }

  return {
    add(entry) {
      waiting.push(entry)
      flushing ??= flush()
    },
    pending: (partition) => [...waiting, ...sending].some((entry) => entry.partition === partition),
    discard(partition) {
      waiting = waiting.filter((entry) => entry.partition !== partition)
    },
    async flushed(milliseconds) {
      await within(milliseconds, flushing ?? Promise.resolve())
      givenUp = true
    },
  }
}
