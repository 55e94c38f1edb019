import type { RateStore } from './rate-store.ts'

const keysAtMost = 50_000

type Window = { taken: number; readonly endsAt: number }

/** Counts in this process. `elapsed`: milliseconds that never go back. */
export function memoryRateStore(elapsed: () => number): RateStore {
  const windows = new Map<string, Window>()
  return {
    async take({ name, windowSeconds }, key) {
      const id = `${name} ${key}`
      const now = elapsed()
      const running = windows.get(id)
      if (running !== undefined && running.endsAt > now) {
        running.taken += 1
        return { taken: running.taken, resetMilliseconds: running.endsAt - now }
      }
      // Again at the end of the map, whose beginning is then what has begun first.
      windows.delete(id)
      const resetMilliseconds = windowSeconds * 1_000
      windows.set(id, { taken: 1, endsAt: now + resetMilliseconds })
      if (windows.size > keysAtMost) forgetFirst(windows)
      return { taken: 1, resetMilliseconds }
    },
  }
}

function forgetFirst(windows: Map<string, Window>): void {
  for (const id of windows.keys()) {
    windows.delete(id)
    return
  }
}
