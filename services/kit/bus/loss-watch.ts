import type { Logger } from '../logging.ts'
import { type Repeating, startRepeating } from '../repeat-until.ts'
import type { Loss, LossListener } from './bus.ts'

export type FoundLoss = {
  readonly loss: Loss
  /** It was made up for: the bus may be published into. */
  settle(): Promise<void>
}

export type LossWatch = {
  listen(listener: LossListener): void
  /** Whether somebody makes up for what is lost. */
  listening(): boolean
  /** Somebody has noticed something. */
  wake(): void
  stop(): Promise<void>
}

type Parts = {
  /** Null where everything is there. */
  find(): Promise<FoundLoss | null>
  readonly everyMilliseconds: number
  readonly logger: Logger
}

/** Looks again and again for what a bus has lost, and has its listener make up for it. */
export function createLossWatch({ find, everyMilliseconds, logger }: Parts): LossWatch {
  let watching: Repeating | undefined

  async function look(listener: LossListener): Promise<'wait'> {
    const found = await find()
    if (found === null) return 'wait'
    logger.warn(found.loss, 'the bus may lack what was published; it is sent again')
    await listener(found.loss)
    await found.settle()
    return 'wait'
  }

  return {
    listen(listener) {
      if (watching !== undefined) throw new Error('a bus has one that makes up for what it loses')
      const task = 'looking for what the bus has lost'
      watching = startRepeating({ task, everyMilliseconds, logger, run: () => look(listener) })
    },
    listening: () => watching !== undefined,
    wake: () => watching?.wake(),
    async stop() {
      await watching?.stop()
    },
  }
}
