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

type Keyed = { readonly key: string; readonly body: unknown }

export function callOf(c: Context<SignedIn<UserPrincipal>>): Call {
  const principal = c.get('principal')
  return {
    principal,
    origin: { actor: { role: principal.role, id: principal.userId }, cause: causeOf(c) },
    forwarded: forwardedHeaders(c),
    logger: c.get('log')(),
  }
}

/** By the body as it was understood: an id is the same in capital letters, there and in the path. */
export function keyedCallOf(c: Context<SignedIn<UserPrincipal>>, { key, body }: Keyed): KeyedCall {
  const { method } = c.req
  const path = c.req.path.toLowerCase()
  return { ...callOf(c), keyed: { key, fingerprint: fingerprint({ method, path, body }) } }
}
