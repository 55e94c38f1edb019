const pauseMilliseconds = 30_000

export type ProviderBreaker = {
  /** `all`: the provider was there. `one`: try whether it is back. `none`: it was not there less than 30 s ago. */
  allowed(now: Date): 'all' | 'one' | 'none'
  answered(): void
  missed(now: Date): void
  isOpen(): boolean
}

/** A provider that is gone is asked twice a minute, however many notifications wait. */
export function createProviderBreaker(): ProviderBreaker {
  let missedAt: number | undefined
  return {
    allowed(now) {
      if (missedAt === undefined) return 'all'
      // A clock that was set back must not keep it closed for longer.
      return Math.abs(now.getTime() - missedAt) < pauseMilliseconds ? 'none' : 'one'
    },
    answered() {
      missedAt = undefined
    },
    missed(now) {
      missedAt = now.getTime()
    },
    isOpen: () => missedAt !== undefined,
  }
}
