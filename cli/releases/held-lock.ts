import { ShopctlError } from '../errors/shopctl-error.ts'
import type { LockClock } from './lock-clock.ts'
import { lockHolderInWords, lockLost } from './lock-errors.ts'
import type { LockStore, LockValue, Versioned } from './stores.ts'

/** What became of a lock that was given back. Giving back never throws: it happens in `finally`. */
export type LockReturn =
  | { readonly outcome: 'given-back' }
  | { readonly outcome: 'lost' }
  /** The store did not take it back; the lock frees itself after its time to live. */
  | { readonly outcome: 'expires-by-itself'; readonly why: string }

export type HeldLock = {
  /** Fires with ShopctlError LOCK_LOST where another took the lock or renewing failed for its whole time to live. */
  readonly signal: AbortSignal
  /**
   * Renews it now, before a change that would be wrong without it. Throws LOCK_LOST where another has it; a store that
   * does not answer loses nothing before the time to live is over.
   */
  confirm(): Promise<void>
  /** Idempotent. */
  release(): Promise<LockReturn>
}

type Holding = {
  readonly store: LockStore
  readonly clock: LockClock
  readonly environment: string
  readonly look?: readonly string[] | undefined
  readonly taken: Versioned<LockValue>
}

/** Keeps a taken lock alive: renews it every third of its time to live until it is released or lost. */
export const holdLock = ({ store, clock, environment, look, taken }: Holding): HeldLock => {
  const lost = new AbortController()
  const timeToLiveMilliseconds = taken.value.timeToLiveSeconds * 1000
  const periodMilliseconds = timeToLiveMilliseconds / 3
  let current = taken
  let provenAt = clock.monotonicMilliseconds()
  /** A write whose answer never came may be what is in the store now. */
  let answerMissing = false
  let lastTrouble = 'the store did not answer'
  let renewing: Promise<void> | null = null
  let returned: Promise<LockReturn> | null = null

  const lose = (why: string) => {
    stop()
    lost.abort(lockLost({ environment, look }, why))
  }

  const write = async (value: LockValue): Promise<'written' | 'superseded'> => {
    const mayBeThereAlready = answerMissing
    answerMissing = true
    const version = await store.write(value, current.version)
    answerMissing = false
    if (version !== null) {
      current = { value, version }
      return 'written'
    }
    const found = mayBeThereAlready ? await store.read() : null
    if (found === null || found.value.released || !sameHolding(found.value, value)) return 'superseded'
    current = found
    return write(value)
  }

  const renew = async () => {
    const startedAt = clock.monotonicMilliseconds()
    try {
      if ((await write({ ...current.value, renewed: clock.now() })) === 'written') provenAt = startedAt
      else lose(await whoTookIt(store, new Date(clock.now().wall)))
      lastTrouble = 'the store did not answer'
    } catch (error) {
      lastTrouble = messageOf(error)
    }
  }

  const renewOnce = () => {
    renewing ??= renew().finally(() => {
      renewing = null
    })
  }

  /** Half a period early: what is under way then must have ended before others may take the lock. */
  const mayBeAnothers = () =>
    clock.monotonicMilliseconds() - provenAt + periodMilliseconds / 2 >= timeToLiveMilliseconds

  const renewUnlessOver = (due: 'due' | 'not-due') => {
    if (mayBeAnothers()) lose(`it could not be renewed for ${taken.value.timeToLiveSeconds} s: ${lastTrouble}`)
    else if (due === 'due') renewOnce()
  }

  let ticks = 0
  // Twice as often as it is renewed: three periods are the time to live, and the end must be noticed before it.
  const stop = clock.every(periodMilliseconds / 2, () => {
    ticks += 1
    renewUnlessOver(ticks % 2 === 0 ? 'due' : 'not-due')
  })

  const giveBack = async (): Promise<LockReturn> => {
    stop()
    await renewing
    if (lost.signal.aborted) return { outcome: 'lost' }
    try {
      const outcome = await write({ ...current.value, released: true })
      return { outcome: outcome === 'written' ? 'given-back' : 'lost' }
    } catch (error) {
      return { outcome: 'expires-by-itself', why: messageOf(error) }
    }
  }

  return {
    signal: lost.signal,
    async confirm() {
      if (!lost.signal.aborted) renewUnlessOver('due')
      await renewing
      lost.signal.throwIfAborted()
    },
    release() {
      returned ??= giveBack()
      return returned
    },
  }
}

const sameHolding = (left: LockValue, right: LockValue): boolean =>
  left.host === right.host &&
  left.processId === right.processId &&
  left.processStart === right.processStart &&
  left.since === right.since

const whoTookIt = async (store: LockStore, now: Date): Promise<string> => {
  const found = await store.read().catch(() => null)
  if (found === null) return 'the lock was removed'
  if (found.value.released) return 'the lock was released by hand'
  return `it was taken by ${lockHolderInWords(found.value, now)}`
}

const messageOf = (error: unknown): string => {
  if (error instanceof ShopctlError) return [error.message, ...error.why].join(' ')
  return error instanceof Error ? error.message : String(error)
}
