import { randomUUID } from 'node:crypto'
import type { AccessTable } from '../access.ts'
import type { TokenVerifier } from '../authentication.ts'
import { createGuard, type Guard } from '../guard.ts'
import { sessionsOfTokens } from './sessions-of-tokens.ts'

/** `service:inventory:reserve,inventory:commit` as the characters that a bearer token may have. */
export const tokenOfName = (name: string): string => name.replaceAll(':', '~').replaceAll(',', '+')

/** Who signs tokens is not the question: a user's id, or `admin`, or `service:` and its scopes by commas. */
const nameIsToken: TokenVerifier = async (token) => {
  const service = 'service~'
  if (token.startsWith(service)) {
    const scopes = token.slice(service.length).replaceAll('~', ':').split('+')
    return { kind: 'service', clientId: 'a-service', scopes }
  }
  const role = token === 'admin' ? 'admin' : 'user'
  const userId = role === 'admin' ? randomUUID() : token
  return { kind: 'user', userId, sessionId: randomUUID(), role, emailVerified: true }
}

/** A guard by nameIsToken. */
export function testGuard<Table extends AccessTable>(access: Table): Guard<Table> {
  return createGuard({ access, verify: nameIsToken, sessions: sessionsOfTokens })
}
