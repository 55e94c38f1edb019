import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { parsedJson } from '../../tools/parsed-json.ts'
import { type Answer, type Ask, exchange } from '../exchange.ts'
import type { JourneyMeans } from './run-step.ts'

export type MadeAccount = {
  readonly email: string
  readonly password: string
  /** `maybe`: nobody heard whether it was made. */
  readonly made: 'yes' | 'maybe'
}

const tries = 3
const againMilliseconds = 300
/** An order that a customer may still take back. */
const open: ReadonlySet<string> = new Set(['draft', 'pending', 'paid'])

const login = z.object({ access_token: z.string() })
const orders = z.object({ data: z.array(z.object({ id: z.string(), status: z.string() })) })

type CleanUp = JourneyMeans & { readonly signal: AbortSignal }

const isMomentary = (answer: Answer | null) => answer === null || answer.status >= 500 || answer.status === 429

/** What came, after a few tries; null where nothing did. */
const insist = async (asked: Ask, means: CleanUp): Promise<Answer | null> => {
  let answer: Answer | null = null
  for (let turn = 0; turn < tries; turn += 1) {
    if (turn > 0) await pause(againMilliseconds, undefined, { signal: means.signal })
    answer = (await exchange(asked, { ...means, seconds: means.secondsPerStep })).answer
    if (!isMomentary(answer)) return answer
  }
  return answer
}

const bodyOf = <Body>(answer: Answer | null, schema: z.ZodType<Body>): Body | null => {
  if (answer === null || answer.status !== 200) return null
  return schema.safeParse(parsedJson(answer.text)?.value).data ?? null
}

const came = (answer: Answer | null): string => (answer === null ? 'no answer' : `answer ${answer.status}`)

type SignedIn = { readonly account: MadeAccount; readonly headers: Ask['headers'] & {} }

const cancelOrders = async ({ account, headers }: SignedIn, means: CleanUp): Promise<readonly string[]> => {
  const answer = await insist({ method: 'GET', path: '/api/v1/orders?limit=100', headers }, means)
  const listed = bodyOf(answer, orders)
  if (listed === null) return [`any orders of ${account.email} (${came(answer)} to their list)`]
  const left: string[] = []
  for (const { id } of listed.data.filter(({ status }) => open.has(status))) {
    const cancelled = await insist({ method: 'POST', path: `/api/v1/orders/${id}/cancel`, headers, body: {} }, means)
    if (cancelled?.status !== 200) left.push(`the order ${id} (${came(cancelled)} to its cancelling)`)
  }
  return left
}

/**
 * Cancels what the account ordered and closes it, which takes away who it was. Answers what is left behind, in words.
 * It is known by its address alone: what a broken journey has learned does not matter.
 */
export const closeAccount = async (account: MadeAccount, means: CleanUp): Promise<readonly string[]> => {
  const { email, password, made } = account
  const answer = await insist({ method: 'POST', path: '/api/v1/auth/login', body: { email, password } }, means)
  const token = bodyOf(answer, login)?.access_token
  // Nobody heard of it, and it opens nothing: it was never made.
  if (answer?.status === 401 && made === 'maybe') return []
  if (token === undefined) return [`the account ${email} (${came(answer)} to its login)`]
  means.keepSecret(token)
  const signedIn = { account, headers: { authorization: `Bearer ${token}` } }
  const left = await cancelOrders(signedIn, means)
  const closed = await insist({ method: 'DELETE', path: '/api/v1/users/me', headers: signedIn.headers }, means)
  return closed?.status === 204 ? left : [...left, `the account ${email} (${came(closed)} to its closing)`]
}
