import { type Kysely, sql } from 'kysely'
import { Problem } from '../kit/problems.ts'
import type { HashQueue } from './hash-queue.ts'
import { hashPassword, isWeakHash } from './password-hash.ts'
import type { UsersTables } from './schema.ts'

type Known = { readonly userId: string; readonly password: string; readonly stored: string }

/**
 * Makes a hash of old parameters anew, now that the password is known to be right. Of many at once one wins, because
 * each replaces only the hash that it has read. Where no hash can be made now, the next login tries again.
 */
export async function rehashPassword(
  { database, hashes }: { readonly database: Kysely<UsersTables>; readonly hashes: HashQueue },
  { userId, password, stored }: Known,
): Promise<void> {
  if (!isWeakHash(stored)) return
  const password_hash = await hashes.run(() => hashPassword(password)).catch(nullWhereQueueIsFull)
  if (password_hash === null) return
  await database
    .updateTable('users')
    .set({ password_hash })
    .where('id', '=', userId)
    .where(sql<boolean>`password_hash = ${stored}`)
    .execute()
}

function nullWhereQueueIsFull(error: unknown): null {
  if (error instanceof Problem) return null
  throw error
}
