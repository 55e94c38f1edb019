import type { Kysely } from 'kysely'
import { accessToken } from '../../kit/authentication.ts'
import type { Role } from '../../kit/principal.ts'
import { uuidV7 } from '../../kit/uuid-v7.ts'
import { createTokenSigner } from '../access-token.ts'
import { hashPassword } from '../password-hash.ts'
import type { UsersTables } from '../schema.ts'
import type { SigningKeys } from '../signing-keys.ts'

export const testPassword = 'correct horse battery'
let hash: Promise<string> | undefined

export type TestAccount = { readonly id: string; readonly email: string }

type Rights = { readonly role?: Role; readonly verified?: boolean }

/** An account as it is after its address was verified, with testPassword. */
export async function addAccount(
  database: Kysely<UsersTables>,
  email: string,
  rights: Rights = {},
): Promise<TestAccount> {
  hash ??= hashPassword(testPassword)
  const { role = 'user', verified = true } = rights
  const id = uuidV7(new Date())
  const password_hash = await hash
  await database.insertInto('users').values({ id, email, name: 'Ada', role, verified, password_hash }).execute()
  return { id, email }
}

/** Headers of a login of the account; its session is a row like any other. */
export async function signedIn(
  database: Kysely<UsersTables>,
  { account, role = 'user', keys }: { readonly account: TestAccount; readonly role?: Role; readonly keys: SigningKeys },
): Promise<{ authorization: string }> {
  const sessionId = uuidV7(new Date())
  await database.insertInto('user_sessions').values({ id: sessionId, user_id: account.id }).execute()
  const sign = createTokenSigner(keys, accessToken.issuer)
  const principal = { userId: account.id, sessionId, role, emailVerified: true }
  return { authorization: `Bearer ${await sign(principal, new Date())}` }
}
