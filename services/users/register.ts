import { type Kysely, sql } from 'kysely'
import { Problem, problems } from '../kit/problems.ts'
import { uuidV7 } from '../kit/uuid-v7.ts'
import { auditEntry } from './audit-entry.ts'
import type { Caller } from './caller.ts'
import type { HashQueue } from './hash-queue.ts'
import { hashPassword } from './password-hash.ts'
import { guessableBecause } from './password-rules.ts'
import type { UsersTables } from './schema.ts'

export type Registration = { readonly email: string; readonly name: string; readonly password: string }

export type Register = (registration: Registration, caller: Caller) => Promise<void>

/**
 * Makes an account, or leaves the one that has this address as it is. Both ways take one hash and one statement, so
 * that neither the answer nor its time tells who has an account.
 */
export function createRegister(parts: {
  readonly database: Kysely<UsersTables>
  readonly hashes: HashQueue
  now(): Date
}): Register {
  const { database, hashes } = parts
  return async ({ email, name, password }, caller) => {
    const reason = guessableBecause(password, email)
    if (reason !== null) throw guessable(reason)

    const password_hash = await hashes.run(() => hashPassword(password))
    const now = parts.now()
    await database
      .with('added', (query) =>
        query
          .insertInto('users')
          .values({ id: uuidV7(now), email, name, password_hash })
          .onConflict((conflict) => conflict.expression(sql`lower(email)`).where('deleted_at', 'is', null).doNothing())
          .returning('id'),
      )
      .insertInto('audit_logs')
      .values(({ selectFrom }) => ({
        ...auditEntry(caller, { now, action: 'register', userId: null, target: email }),
        user_id: selectFrom('added').select('id'),
      }))
      .execute()
  }
}

function guessable(reason: string): Problem {
  return new Problem(problems.invalid, { errors: [{ pointer: '/password', code: 'guessable', message: reason }] })
}
