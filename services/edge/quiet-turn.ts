import { setImmediate as immediate } from 'node:timers/promises'

/**
 * Resolves in a turn of the event loop in which nothing happened. A listener that is closed then has just taken all
 * that waited in its queue; what the kernel has queued since the last look is reset when the listener closes.
 */
export async function quietTurn({ withinMilliseconds }: { readonly withinMilliseconds: number }): Promise<void> {
  const deadline = performance.now() + withinMilliseconds
  let last = performance.now()
  for (;;) {
    await immediate()
    const now = performance.now()
    if (now - last < 0.05 || now > deadline) return
    last = now
  }
}
