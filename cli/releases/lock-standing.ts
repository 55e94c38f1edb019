import type { LockClock } from './lock-clock.ts'
import type { LockMoment, LockStore, LockValue, Versioned } from './stores.ts'

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
 * for another machine nothing but a hint whether watching is worth the time. Where many machines share the store only
 * the same boot shows that it is this one: another boot may be another machine of the same name.
 */
export const lockStanding = (
  seen: Versioned<LockValue> | null,
  clock: LockClock,
  { sharedBy }: Pick<LockStore, 'sharedBy'>,
): LockStanding => {
  if (seen === null || seen.value.released) return { state: 'free' }
  const { value } = seen
  const now = clock.now()
  const renewed = value.renewed.boot
  const remote: LockStanding = { state: 'remote', looksAbandoned: looksAbandoned(value, now.wall) }
  if (value.host !== clock.home.host) return remote
  // Worth watching even if it looks fresh: most often this machine was started again.
  if (sharedBy === 'many-machines' && !sameBoot(renewed, now.boot)) return { state: 'remote', looksAbandoned: true }

  if (renewed !== null && now.boot !== null && renewed.id !== now.boot.id) return gone
  if (clock.processState(value) === 'gone') return gone
  if (renewed !== null && now.boot !== null) {
    const idleSeconds = now.boot.uptimeSeconds - renewed.uptimeSeconds
    return idleSeconds > value.timeToLiveSeconds ? { state: 'expired', why: 'its time to live passed' } : held
  }
  return remote
}

const sameBoot = (left: LockMoment['boot'], right: LockMoment['boot']): boolean =>
  left !== null && right !== null && left.id === right.id

const gone: LockStanding = { state: 'expired', why: 'its process is gone' }
const held: LockStanding = { state: 'held' }

/** Too old by the wall clock, or from its future: either is no proof, but a reason to watch. */
const looksAbandoned = (value: LockValue, wall: string): boolean => {
  const idleSeconds = (Date.parse(wall) - Date.parse(value.renewed.wall)) / 1000
  return !(Math.abs(idleSeconds) <= value.timeToLiveSeconds)
}
