import { createLocalJWKSet } from 'jose'
import type { Kysely } from 'kysely'
import { createTokenVerifier } from '../kit/authentication.ts'
import { createGuard, type Guard } from '../kit/guard.ts'
import type { Logger } from '../kit/logging.ts'
import { services } from '../registry.ts'
import { type UsersAccess, usersAccess } from './access.ts'
import { ownSessions } from './own-sessions.ts'
import type { UsersTables } from './schema.ts'
import { createSessionSeen, type SessionSeen } from './session-seen.ts'
import type { UsersSettings } from './settings.ts'

/** By the service's own keys and tables, where the other services ask it. */
export function openOwnGuard(parts: {
  readonly settings: UsersSettings
  readonly database: Kysely<UsersTables>
  readonly logger: Logger
  now(): Date
}): { readonly guard: Guard<UsersAccess>; readonly seen: SessionSeen } {
  const { database, logger, now } = parts
  const { JWT_PRIVATE_KEYS: signing, TOKEN_ISSUER: issuer } = parts.settings
  const keys = createLocalJWKSet({ keys: [...signing.publicKeys] })
  const verify = createTokenVerifier({ keys, issuer, audience: services.users.longName, now })
  const seen = createSessionSeen({ database, logger, elapsed: () => performance.now() })
  const sessions = ownSessions(database, seen)
  return { seen, guard: createGuard({ access: usersAccess, verify, sessions }) }
}
