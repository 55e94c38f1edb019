/** Lets one who waits go on early. */
export type Wake = {
  /** Ends the wait that is on, or the next one. */
  ring(): void
  /** Resolves when it is rung, after the time, or when the signal is aborted. */
  wait(milliseconds: number, signal: AbortSignal): Promise<'rung' | 'over'>
}

export function createWake(): Wake {
  let rung = false
  let goOn: () => void = () => undefined
  return {
    ring() {
      rung = true
      goOn()
    },
    async wait(milliseconds, signal) {
      if (!rung && !signal.aborted) {
        const { promise, resolve } = Promise.withResolvers<void>()
        goOn = resolve
        const timer = setTimeout(resolve, milliseconds)
        signal.addEventListener('abort', goOn)
        await promise
        clearTimeout(timer)
        signal.removeEventListener('abort', goOn)
      }
      const outcome = rung ? 'rung' : 'over'
      rung = false
      return outcome
    },
  }
}
