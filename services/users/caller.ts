import { clientAddress } from '../kit/client-address.ts'
import type { RequestContext } from '../kit/routes.ts'

/** Where a request came from, for sessions and the audit trail. */
export type Caller = { readonly ip: string | null; readonly userAgent: string | null; readonly requestId: string }

export function callerOf(c: RequestContext, trustedProxyHops: number): Caller {
  return {
    ip: clientAddress(c, trustedProxyHops) ?? null,
    userAgent: c.req.header('user-agent')?.slice(0, 256) ?? null,
    requestId: c.get('requestId'),
  }
}
