import { type Caused, causeOf } from '../kit/cause-of.ts'
import { type Addressed, clientAddress } from '../kit/client-address.ts'
import type { EventCause } from '../kit/events.ts'

/** Where a request came from, for sessions, the audit trail and events. */
export type Caller = EventCause & { readonly ip: string | null; readonly userAgent: string | null }

export function callerOf(c: Addressed & Caused, trustedProxyHops: number): Caller {
  return {
    ip: clientAddress(c, trustedProxyHops) ?? null,
    userAgent: c.req.header('user-agent')?.slice(0, 256) ?? null,
    ...causeOf(c),
  }
}
