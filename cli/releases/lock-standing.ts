import type { LockClock } from './lock-clock.ts'
import type { LockValue, Versioned } from './stores.ts'

export type LockExpiry = 'its process is gone' | 'its time to live passed'

/** What a contender may conclude from one look at the lock. */
export type LockStanding =
  | { readonly state: 'free' }
  | { readonly state: 'expired'; readonly why: LockExpiry }
  /** Alive, as far as its own machine's clock can show. */
  | { readonly state: 'held' }
  /** On another machine: only watching it for a full time to live can show that nobody renews it. */
  | { readonly state: 'remote'; readonly looksAbandoned: boolean }

/**
 * Judges the lock without trusting the wall clock: uptime on the same boot, the process where it can be asked, and
 * for another machine nothing but a hint whether watching is worth the time.
 */
export const lockStanding = (seen: Versioned<LockValue> | null, clock: LockClock): LockStanding => {
  if (seen === null || seen.value.released) return { state: 'free' }
  const { value } = seen
  const now = clock.now()
  if (value.host !== clock.home.host) return { state: 'remote', looksAbandoned: looksAbandoned(value, now.wall) }

  const renewed = value.renewed.boot
  if (renewed !== null && now.boot !== null && renewed.id !== now.boot.id) return gone
  if (clock.processState(value) === 'gone') return gone
  if (renewed !== null && now.boot !== null) {
    const idleSeconds = now.boot.uptimeSeconds - renewed.uptimeSeconds
    return idleSeconds > value.timeToLiveSeconds ? { state: 'expired', why: 'its time to live passed' } : held
  }
  return { state: 'remote', looksAbandoned: looksAbandoned(value, now.wall) }
}

const gone: LockStanding = { state: 'expired', why: 'its process is gone' }
const held: LockStanding = { state: 'held' }

/** Too old by the wall clock, or from its future: either is no proof, but a reason to watch. */
const looksAbandoned = (value: LockValue, wall: string): boolean => {
  const idleSeconds = (Date.parse(wall) - Date.parse(value.renewed.wall)) / 1000
  return !(Math.abs(idleSeconds) <= value.timeToLiveSeconds)
}
