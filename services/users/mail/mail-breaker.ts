const pauseMilliseconds = 30_000

export type MailBreaker = {
  /** `all`: the server was there. `one`: try whether it is back. `none`: it was not there less than 30 s ago. */
  allowed(now: Date): 'all' | 'one' | 'none'
  answered(): void
  missed(now: Date): void
  isOpen(): boolean
}

/** A server that is gone is asked twice a minute, however many mails wait. */
export function createMailBreaker(): MailBreaker {
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
