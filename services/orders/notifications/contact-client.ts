import { z } from 'zod'
import { callAsService, type ServiceWay } from '../../kit/service-token-call.ts'

/** How a user is reached now, as the users service says. */
export type Contact =
  | {
      readonly state: 'active'
      readonly email: string
      readonly email_verified: boolean
      readonly phone: string | null
      readonly display_name: string
      readonly language: string
    }
  | { readonly state: 'closed' | 'unknown' }

export type ContactWanted = {
  readonly userId: string
  readonly requestId: string | null
  readonly signal: AbortSignal
}

/** Throws PeerUnavailable where users does not answer. */
export type FetchContact = (wanted: ContactWanted) => Promise<Contact>

export function contactClient(way: ServiceWay): FetchContact {
  return async ({ userId, requestId, signal }) => {
    const answer = await callAsService(way, {
      method: 'GET',
      path: `/internal/v1/users/${userId}/contact`,
      forwarded: requestId === null ? {} : { 'x-request-id': requestId },
      effect: 'repeatable',
      answers,
      signal,
    })
    return answer.status === 200 ? answer.body : { state: 'unknown' }
  }
}

const contact = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('active'),
    email: z.string(),
    email_verified: z.boolean(),
    phone: z.string().nullable(),
    display_name: z.string(),
    language: z.string(),
  }),
  z.object({ state: z.literal('closed') }),
])

const answers = z.discriminatedUnion('status', [
  z.object({ status: z.literal(200), body: contact }),
  z.object({ status: z.literal([401, 403, 404]), body: z.unknown() }),
])
