import { randomUUID } from 'node:crypto'
import { type JWTPayload, SignJWT } from 'jose'
import { type Kysely, sql } from 'kysely'
import { accessToken } from '../kit/authentication.ts'
import type { Role } from '../kit/principal.ts'
import { hashPassword } from '../users/password-hash.ts'
import type { UsersTables } from '../users/schema.ts'
import { signingKey } from './service-settings.ts'

/** Who a request says it is from. */
export type Caller = { readonly authorization: string | null }

export type Person = Caller & {
  readonly id: string
  readonly role: Role
  readonly email: string
  readonly sessionId: string
  readonly authorization: string
}

export const anonymous: Caller = { authorization: null }
export const knownPassword = 'correct horse battery staple'

export type Callers = {
  /** A new account with a login and its token; as good as registered, verified and logged in, without the wait. */
  person(role?: Role): Promise<Person>
  /** One more login of the same person; its session's id. */
  session(person: Person): Promise<string>
  service(audience: string, scopes: readonly string[]): Promise<Caller>
}

export async function createCallers(users: Kysely<UsersTables>): Promise<Callers> {
  const passwordHash = await hashPassword(knownPassword)
  const session = async (userId: string) => {
    const id = randomUUID()
    await sql`insert into user_sessions (id, user_id, ip) values (${id}, ${userId}, '127.0.0.1')`.execute(users)
    return id
  }
  return {
    async person(role = 'user') {
      const id = randomUUID()
      const email = `${id}@shop.test`
      await sql`insert into users (id, email, name, password_hash, role, verified)
        values (${id}, ${email}, 'Some Person', ${passwordHash}, ${role}, true)`.execute(users)
      const sessionId = await session(id)
      const claims = { sid: sessionId, role, email_verified: true }
      const token = await signed(claims, { subject: id, audience: accessToken.audience })
      return { id, role, email, sessionId, authorization: `Bearer ${token}` }
    },
    session: (person) => session(person.id),
    async service(audience, scopes) {
      const token = await signed({ scope: scopes.join(' ') }, { subject: 'order-management', audience })
      return { authorization: `Bearer ${token}` }
    },
  }
}

function signed(claims: JWTPayload, whose: { readonly subject: string; readonly audience: string }): Promise<string> {
  const { algorithm: alg, type: typ, issuer } = accessToken
  return new SignJWT(claims)
    .setProtectedHeader({ alg, typ, kid: signingKey.kid })
    .setIssuer(issuer)
    .setSubject(whose.subject)
    .setAudience(whose.audience)
    .setJti(randomUUID())
    .setIssuedAt()
    .setExpirationTime('10m')
    .sign(signingKey.privateKey)
}
