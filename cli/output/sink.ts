import type { EventBody } from './events.ts'

/** One place that events go to. `at` is when it happened. */
export type Sink = {
  take(event: EventBody, at: Date): void
  /** Ends what is on the screen, so that something else may be asked or printed; the next event goes on. */
  pause(): Promise<void>
  close(): Promise<void>
}

/** Where text goes: process.stdout, process.stderr, or a test's own. */
export type TextStream = NodeJS.WritableStream & {
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
}

export type OutputClock = {
  now(): Date
  /** Calls again and again without keeping the process alive; answers how to stop. */
  every(milliseconds: number, call: () => void): () => void
}

export const systemOutputClock: OutputClock = {
  now: () => new Date(),
  every(milliseconds, call) {
    const timer = setInterval(call, milliseconds)
    timer.unref()
    return () => clearInterval(timer)
  },
}
