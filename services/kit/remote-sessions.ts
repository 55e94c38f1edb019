import { z } from 'zod'
import { roles, type UserPrincipal } from './principal.ts'
import { callAsService, type ServiceWay } from './service-token-call.ts'
import type { SessionNow, Sessions } from './sessions.ts'

/** Counted from when it was asked: what was true after that may have changed meanwhile. */
const answerMilliseconds = 1_000

type Asked = { readonly at: number; readonly answer: Promise<SessionNow> }

/** Sessions as the users service knows them. One question a second for each, however many ask; failures are not kept. */
export function remoteSessions(users: ServiceWay, elapsed: () => number = () => performance.now()): Sessions {
  const asked = new Map<string, Asked>()

  /** Oldest first: they stand in the order in which they were asked. */
  function forgetOld(): void {
    for (const [key, { at }] of asked) {
      if (elapsed() - at < answerMilliseconds) return
      asked.delete(key)
    }
  }

  return {
    now(principal, forwarded) {
      forgetOld()
      const key = `${principal.sessionId} ${principal.userId}`
      const recent = asked.get(key)
      if (recent !== undefined) return recent.answer
      const entry = { at: elapsed(), answer: fetchSession(users, { principal, forwarded }) }
      asked.set(key, entry)
      entry.answer.catch(() => {
        if (asked.get(key) === entry) asked.delete(key)
      })
      return entry.answer
    },
  }
}

const sessionAnswers = z.discriminatedUnion('status', [
  z.object({
    status: z.literal(200),
    body: z.discriminatedUnion('state', [
      z.object({
        state: z.literal('live'),
        user_id: z.uuid(),
        role: z.enum(roles),
        email_verified: z.boolean(),
      }),
      z.object({ state: z.literal('ended') }),
    ]),
  }),
  z.object({ status: z.literal([401, 403]), body: z.unknown() }),
  z.object({ status: z.literal(404), body: z.unknown() }),
])

type Question = { readonly principal: UserPrincipal; readonly forwarded: Readonly<Record<string, string>> }

async function fetchSession(users: ServiceWay, { principal, forwarded }: Question): Promise<SessionNow> {
  const answer = await callAsService(users, {
    method: 'GET',
    path: `/internal/v1/sessions/${principal.sessionId}`,
    forwarded,
    effect: 'repeatable',
    answers: sessionAnswers,
  })
  // A session that is not there, or is another's, is nothing that anyone could go on with.
  if (answer.status !== 200 || answer.body.state === 'ended') return { state: 'ended' }
  const { user_id, role, email_verified } = answer.body
  if (user_id !== principal.userId) return { state: 'ended' }
  return { state: 'live', role, emailVerified: email_verified }
}
