import type { Context, MiddlewareHandler } from 'hono'
import type { AccessRule, AccessTable, CallerOperation, OpenOperation, SignedInRule, UserOperation } from './access.ts'
import { bearerSecurity, principalOf, type TokenVerifier } from './authentication.ts'
import { PeerUnavailable } from './peer.ts'
import type { Principal, UserPrincipal } from './principal.ts'
import { Problem, type ProblemKind, problems } from './problems.ts'
import { forwardedHeaders, type RequestEnvironment } from './routes.ts'
import type { Sessions } from './sessions.ts'

/** To be spread into a route: `{ ...route, ...guard.user('changePassword') }`. */
type Guarded<Name, Handler> = {
  readonly operationId: Name
  readonly security: { bearer: string[] }[]
  /** The rule as the API document tells it (api-document.ts). */
  readonly 'x-access': AccessRule
  readonly middleware: Handler
}

export type SignedIn<Who> = RequestEnvironment & { Variables: { principal: Who } }

/** The only way to a route's handler; its keys are the operations that the access table lets in. */
export type Guard<Table extends AccessTable> = {
  anyone<Name extends OpenOperation<Table>>(
    name: Name,
  ): {
    readonly operationId: Name
    readonly security: []
    readonly 'x-access': AccessRule
  }
  user<Name extends UserOperation<Table>>(name: Name): Guarded<Name, MiddlewareHandler<SignedIn<UserPrincipal>>>
  /** Users as far as the table says, and services. */
  caller<Name extends CallerOperation<Table>>(name: Name): Guarded<Name, MiddlewareHandler<SignedIn<Principal>>>
}

export type GuardParts<Table> = {
  readonly access: Table
  readonly verify: TokenVerifier
  readonly sessions: Sessions
  /**
   * Only where the users service is asked from afar: without an answer of it customers go on by their token's signature,
   * and this hears of each. Where it is not given a lookup that fails is the end of the request.
   */
  onDegraded?(): void
}

export const accessProblems = {
  emailNotVerified: { code: 'auth/email-not-verified', status: 403, title: 'The e-mail address is not verified' },
} as const satisfies Record<string, ProblemKind>

export function createGuard<Table extends AccessTable>(parts: GuardParts<Table>): Guard<Table> {
  const ruleOf = (name: string): AccessRule => {
    const rule = parts.access[name]
    if (rule === undefined) throw new Error(`the operation ${name} is not in the access table`)
    return rule
  }
  return {
    anyone: (operationId) => ({ operationId, security: [], 'x-access': ruleOf(operationId) }),
    user: (operationId) => ({
      operationId,
      security: bearerSecurity,
      'x-access': ruleOf(operationId),
      middleware: async (c, next) => {
        const principal = await principalOf(c.req.header('authorization'), parts.verify)
        if (principal.kind !== 'user') throw new Problem(problems.forbidden)
        c.set('principal', await allowed(principal, { ...parts, rule: ruleOf(operationId), c }))
        await next()
      },
    }),
    caller: (operationId) => ({
      operationId,
      security: bearerSecurity,
      'x-access': ruleOf(operationId),
      middleware: async (c, next) => {
        const principal = await principalOf(c.req.header('authorization'), parts.verify)
        const rule = ruleOf(operationId)
        if (principal.kind === 'service') refuseWithoutScope(principal.scopes, rule)
        c.set('principal', principal.kind === 'service' ? principal : await allowed(principal, { ...parts, rule, c }))
        await next()
      },
    }),
  }
}

type Asked<Rule> = Pick<GuardParts<unknown>, 'sessions' | 'onDegraded'> & {
  readonly rule: Rule
  readonly c: Context
}

/** The user as he is now, where the rule lets him in. */
async function allowed(principal: UserPrincipal, asked: Asked<AccessRule>): Promise<UserPrincipal> {
  const { rule, sessions } = asked
  if (rule === 'anyone') return principal
  sessions.seen?.(principal.sessionId)
  const present = await presentUser(principal, { ...asked, rule })
  if (!rule.roles.includes(present.role)) throw new Problem(problems.forbidden)
  if (rule.verifiedEmail === true && !present.emailVerified) throw new Problem(accessProblems.emailNotVerified)
  return present
}

async function presentUser(principal: UserPrincipal, asked: Asked<SignedInRule>): Promise<UserPrincipal> {
  const { sessions, onDegraded, rule, c } = asked
  const session = await sessions.now(principal, forwardedHeaders(c)).catch((cause: unknown) => {
    // A bug must not pass as an outage, nor our own database as another service.
    if (onDegraded === undefined || !(cause instanceof PeerUnavailable)) throw cause
    // An admin may have been demoted meanwhile, and as a customer he would take an empty list for the truth. A customer
    // can only do what is his.
    if (principal.role !== 'user' || !rule.roles.includes('user')) {
      throw new Problem(problems.unavailable, { detail: 'Roles cannot be checked now', headers: retryAfter, cause })
    }
    onDegraded()
    return null
  })
  if (session === null) return principal
  if (session.state === 'ended') {
    const headers = { 'WWW-Authenticate': 'Bearer error="invalid_token"' }
    throw new Problem(problems.unauthenticated, { detail: 'The login has ended', headers })
  }
  return { ...principal, role: session.role, emailVerified: session.emailVerified }
}

const retryAfter = { 'Retry-After': '2' }

function refuseWithoutScope(scopes: readonly string[], rule: AccessRule): void {
  if (rule !== 'anyone' && rule.scope !== null && scopes.includes(rule.scope)) return
  throw new Problem(problems.forbidden)
}
