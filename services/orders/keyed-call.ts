import type { Context } from 'hono'
import { causeOf } from '../kit/cause-of.ts'
import type { SignedIn } from '../kit/guard.ts'
import { fingerprint } from '../kit/idempotency-key.ts'
import type { Logger } from '../kit/logging.ts'
import type { UserPrincipal } from '../kit/principal.ts'
import { forwardedHeaders } from '../kit/routes.ts'
import type { Origin } from './status/move-order.ts'

/** A user's request that changes something. */
export type Call = {
  readonly principal: UserPrincipal
  readonly origin: Origin
  readonly forwarded: Readonly<Record<string, string>>
  readonly logger: Logger
}

/** One that is done once for its key. */
export type KeyedCall = Call & { readonly keyed: { readonly key: string; readonly fingerprint: string } }

export function callOf(c: Context<SignedIn<UserPrincipal>>): Call {
  const principal = c.get('principal')
  return {
    principal,
    origin: { actor: { role: principal.role, id: principal.userId }, cause: causeOf(c) },
    forwarded: forwardedHeaders(c),
    logger: c.get('log')(),
  }
}

export async function keyedCallOf(c: Context<SignedIn<UserPrincipal>>, key: string): Promise<KeyedCall> {
  const { method, path } = c.req
  return { ...callOf(c), keyed: { key, fingerprint: fingerprint({ method, path, body: await c.req.json() }) } }
}
