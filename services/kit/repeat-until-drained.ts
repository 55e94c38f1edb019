import type { Ending } from './end-together.ts'
import { type Repeated, startRepeating } from './repeat-until.ts'

export type RepeatedUntilDrained = Omit<Repeated, 'run'> & {
  /** How long what runs may go on after drain(). */
  readonly finishMilliseconds: number
  /** What it has taken it finishes, or gives back once it is interrupted: another process goes on with it at once. */
  run(interrupted: AbortSignal): Promise<'again' | 'wait'>
}

export type RepeatingUntilDrained = Required<Ending> & { wake(): void; close(): Promise<void> }

/** To hear of an interruption and write it down. */
const settlingMilliseconds = 1_000

/** Runs it again and again until drain(); then takes nothing new, and gives what runs a while before it is interrupted. */
export function repeatUntilDrained({
  finishMilliseconds,
  run,
  ...repeated
}: RepeatedUntilDrained): RepeatingUntilDrained {
  const interruption = new AbortController()
  const repeating = startRepeating({ ...repeated, run: () => run(interruption.signal) })
  let ended: Promise<void> | undefined

  function drain(): Promise<void> {
    if (ended !== undefined) return ended
    const timer = setTimeout(() => interruption.abort(), finishMilliseconds)
    ended = repeating.stop().finally(() => clearTimeout(timer))
    return ended
  }

  return {
    wake: repeating.wake,
    drain: () => void drain(),
    close: drain,
    endMilliseconds: finishMilliseconds + settlingMilliseconds,
  }
}
