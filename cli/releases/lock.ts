import { type HeldLock, holdLock } from './held-lock.ts'
import type { LockClock } from './lock-clock.ts'
import { lockHeld, lockHolderInWords } from './lock-errors.ts'
import { type LockExpiry, type LockStanding, lockStanding } from './lock-standing.ts'
import type { LockStore, LockValue, Versioned } from './stores.ts'

export type LockRequest = {
  readonly environment: string
  /** Name of the person or job. */
  readonly holder: string
  readonly reason: string
  /** What the refused person types again, without the program and `--wait`: `deploy --env staging`. */
  readonly command: string
  /** What shows who holds the lock, to paste; `lock show` and `status` of the environment where it is left out. */
  readonly look?: readonly string[]
  readonly timeToLiveSeconds: number
  /** 0: refuse at once where the lock is held. */
  readonly waitSeconds: number
  readonly signal: AbortSignal
  onWait(message: string): void
}

export type AcquiredLock = {
  readonly lock: HeldLock
  /** What was there: an expired lock tells that its holder may have left something half done. */
  readonly found: 'free' | { readonly expired: LockValue; readonly why: LockExpiry }
}

/**
 * Takes an environment's lock and keeps it alive until it is released. Throws LOCK_HELD (refused) naming who holds it.
 * A lock of another machine whose renewals seem to have stopped is watched for its whole time to live before it is
 * taken, also with `waitSeconds: 0`: two machines' wall clocks prove nothing about each other.
 */
export const acquireLock = async (store: LockStore, request: LockRequest, clock: LockClock): Promise<AcquiredLock> => {
  const startedAt = clock.monotonicMilliseconds()
  const watch = createVersionWatch(clock, store)
  let told = ''

  for (;;) {
    request.signal.throwIfAborted()
    const seen = await store.read()
    const standing = watch.judge(seen)
    if (standing.state === 'free' || standing.state === 'expired') {
      const taken = await take(store, { request, clock, seen })
      if (taken === null) continue
      const lock = holdLock({ store, clock, environment: request.environment, look: request.look, taken })
      const found = standing.state === 'expired' && seen !== null ? { expired: seen.value, why: standing.why } : 'free'
      return { lock, found }
    }
    if (seen === null) continue

    const waitedSeconds = (clock.monotonicMilliseconds() - startedAt) / 1000
    const worthWatching = standing.state === 'remote' && standing.looksAbandoned
    if (waitedSeconds >= request.waitSeconds && !worthWatching) {
      throw lockHeld(seen.value, { ...request, now: new Date(clock.now().wall) })
    }
    const situation = `${seen.value.holder} ${seen.value.since} ${worthWatching}`
    if (situation !== told) request.onWait(waitingFor(seen.value, { clock, worthWatching }))
    told = situation
    await clock.sleep(pollMilliseconds(seen.value), request.signal)
  }
}

/**
 * Frees the lock whoever holds it, for `shopctl lock release`. Answers what was there, or null where it was free.
 * The holder notices at its next renewal and stops with LOCK_LOST.
 */
export const forceRelease = async (store: LockStore): Promise<LockValue | null> => {
  for (;;) {
    const seen = await store.read()
    if (seen === null || seen.value.released) return null
    const version = await store.write({ ...seen.value, released: true }, seen.version)
    if (version !== null) return seen.value
  }
}

type Attempt = {
  readonly request: LockRequest
  readonly clock: LockClock
  readonly seen: Versioned<LockValue> | null
}

const take = async (store: LockStore, { request, clock, seen }: Attempt): Promise<Versioned<LockValue> | null> => {
  const renewed = clock.now()
  const value: LockValue = {
    ...clock.home,
    holder: request.holder,
    reason: request.reason,
    since: renewed.wall,
    timeToLiveSeconds: request.timeToLiveSeconds,
    renewed,
    released: false,
  }
  const version = await store.write(value, seen?.version ?? null)
  return version === null ? null : { value, version }
}

/** Leader election's rule: a version that stays the same for a whole time to live on our own clock is nobody's. */
const createVersionWatch = (clock: LockClock, store: Pick<LockStore, 'sharedBy'>) => {
  let version: string | null = null
  let sinceMilliseconds = 0
  let moved = false
  return {
    judge(seen: Versioned<LockValue> | null): LockStanding {
      const standing = lockStanding(seen, clock, store)
      if (standing.state !== 'remote' || seen === null) return standing
      const now = clock.monotonicMilliseconds()
      if (seen.version !== version) {
        moved = version !== null
        version = seen.version
        sinceMilliseconds = now
      }
      if ((now - sinceMilliseconds) / 1000 >= seen.value.timeToLiveSeconds) return timeToLivePassed
      // It moved while we looked: whatever the wall clocks say, somebody renews it.
      return moved ? { state: 'remote', looksAbandoned: false } : standing
    },
  }
}

const timeToLivePassed: LockStanding = { state: 'expired', why: 'its time to live passed' }

type Waiting = { readonly clock: LockClock; readonly worthWatching: boolean }

const waitingFor = (value: LockValue, { clock, worthWatching }: Waiting): string => {
  const holder = lockHolderInWords(value, new Date(clock.now().wall))
  return worthWatching
    ? `the lock of ${holder} looks abandoned; watching it for ${value.timeToLiveSeconds} s to be sure`
    : `waiting for the lock, held by ${holder}: ${value.reason}`
}

const pollMilliseconds = (value: LockValue): number => Math.min(500, value.timeToLiveSeconds * 100)
