import { setTimeout as pause } from 'node:timers/promises'
import { interruption } from '../../errors/interruption.ts'

export type Wait = {
  readonly signal: AbortSignal
  readonly deadlineSeconds: number
  readonly everyMilliseconds: number
  /** Goes after "Interrupted while". */
  readonly doing: string
}

/** Asks until there is an answer that is not null. Null after the deadline; throws the interruption when aborted. */
export const waitUntil = async <Answer>(ask: () => Promise<Answer | null>, wait: Wait): Promise<Answer | null> => {
  const deadline = performance.now() + wait.deadlineSeconds * 1000
  for (;;) {
    if (wait.signal.aborted) throw interruption(wait.signal, wait.doing)
    const answer = await ask()
    if (answer !== null) return answer
    if (performance.now() >= deadline) return null
    await pause(wait.everyMilliseconds, undefined, { signal: wait.signal }).catch(() => undefined)
  }
}
