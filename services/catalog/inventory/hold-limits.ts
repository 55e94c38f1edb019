import { sql, type Transaction } from 'kysely'
import type { Principal } from '../../kit/principal.ts'
import type { FieldError } from '../../kit/problems.ts'
import { linesPerProduct, type Reserve } from './reservation-schemas.ts'

/** What a customer may hold without paying; services and admins may hold what there is. */
export const holdLimits = { activeReservations: 3, unitsPerProduct: 20, ttlSeconds: 900 } as const

/** Of the advisory locks with two keys, those that count a user's holds. */
const holdsOfUser = 1

/** Null: whoever it is, he is not limited. */
export function limitedUserId(principal: Principal): string | null {
  return principal.kind === 'user' && principal.role === 'user' ? principal.userId : null
}

/** What a customer's wish asks for beyond the limits; all of it, so that he can put it right at once. */
export function beyondLimits(wish: Reserve, userId: string): FieldError[] {
  const errors: FieldError[] = []
  if (!wish.reference.startsWith(`${userId}:`)) {
    const message = 'must begin with your user id and a colon'
    errors.push({ pointer: '/reference', code: 'foreign_reference', message })
  }
  const { unitsPerProduct, ttlSeconds } = holdLimits
  for (const { product_id, quantity } of linesPerProduct(wish.items)) {
    if (quantity <= unitsPerProduct) continue
    const index = wish.items.findLastIndex((line) => line.product_id === product_id)
    const message = `at most ${unitsPerProduct} of one product, and this asks for ${quantity}`
    errors.push({ pointer: `/items/${index}/quantity`, code: 'too_many_units', message })
  }
  if (wish.ttl_seconds > ttlSeconds) {
    errors.push({ pointer: '/ttl_seconds', code: 'too_long', message: `at most ${ttlSeconds} seconds` })
  }
  return errors
}

/**
 * Null where the user may hold once more; else in how many seconds he may. Keeps the user's key until the transaction
 * ends: a statement that counts before another one's hold is committed would not see it. The table counts again
 * (migration 0006), so that nothing that adds a hold can forget to; this comes before the stock is locked and can say
 * how long.
 */
export async function holdLimit<Tables>(transaction: Transaction<Tables>, userId: string): Promise<number | null> {
  await sql`select pg_advisory_xact_lock(${holdsOfUser}::integer, hashtext(${userId}))`.execute(transaction)
  const { rows } = await sql<{ active: number; seconds: number | null }>`
    select count(*) as active, ceil(extract(epoch from min(expires_at) - now()))::integer as seconds
    from inventory_reservations
    where user_id = ${userId}::uuid and state = 'active' and expires_at > now()`.execute(transaction)
  const { active = 0, seconds = null } = rows[0] ?? {}
  return active < holdLimits.activeReservations ? null : Math.max(1, seconds ?? 1)
}
