import { randomUUID } from 'node:crypto'
import type { Kysely } from 'kysely'
import type { Logger } from '../../kit/logging.ts'
import { startRepeating } from '../../kit/repeat-until.ts'
import type { CatalogTables } from '../schema.ts'
import { expireNext } from './expire-reservations.ts'

const everyMilliseconds = 1_000
const reservationsAtOnce = 100
/** A product that is locked for longer is passed over until the next time. */
const lockMilliseconds = 250

/** Ends up to a hundred reservations that are due. Returns how many; fewer than that means that no more are. */
export async function expireDue(database: Kysely<CatalogTables>, signal: AbortSignal): Promise<number> {
  const avoiding: string[] = []
  const cause = { requestId: `sweep-${randomUUID()}` }
  let expired = 0
  while (expired < reservationsAtOnce && !signal.aborted) {
    const outcome = await expireNext(database, { avoiding, lockMilliseconds }, cause)
    if (outcome.kind === 'none') return expired
    if (outcome.kind === 'busy') avoiding.push(...outcome.productIds)
    else expired += 1
  }
  return expired
}

/** Looks every second. Every replica may do so: each reservation is ended once. Stopping waits for the one being ended. */
export function sweepReservations(database: Kysely<CatalogTables>, logger: Logger): { stop(): Promise<void> } {
  return startRepeating({
    task: 'ending due reservations',
    everyMilliseconds,
    logger,
    async run(signal) {
      const expired = await expireDue(database, signal)
      if (expired > 0) logger.info({ expired }, 'due reservations ended')
      return expired === reservationsAtOnce ? 'again' : 'wait'
    },
  })
}
