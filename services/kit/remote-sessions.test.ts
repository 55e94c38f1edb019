import { expect, test } from 'vitest'
import type { Peer, PeerCall } from './peer.ts'
import { remoteSessions } from './remote-sessions.ts'

const userId = '0190c4b0-0000-7000-8000-000000000001'
const sessionId = '0190c4b0-0000-7000-8000-000000000002'
const principal = { kind: 'user', userId, sessionId, role: 'admin', emailVerified: false } as const
const live = { state: 'live', user_id: userId, role: 'user', email_verified: true } as const

/** The users service as far as it tells of one session, and a clock that a test moves. */
function stage() {
  const calls: { path: string; forwarded: unknown; authorization: unknown }[] = []
  const shop = { time: 0, calls }
  const answer: { now: { status: number; body: unknown } | Error } = { now: { status: 200, body: live } }
  const peer: Peer = {
    async call<Answer>({ path, forwarded, authorization, answers }: PeerCall<Answer>) {
      calls.push({ path, forwarded, authorization })
      if (answer.now instanceof Error) throw answer.now
      return answers.parse(answer.now)
    },
    check: async () => undefined,
    close: () => undefined,
  }
  const tokens = {
    authorizationFor: async (audience: string) => `Bearer for ${audience}`,
    refused: () => undefined,
    renew: async () => undefined,
    close: () => undefined,
  }
  const sessions = remoteSessions({ peer, tokens, audience: 'user-management' }, () => shop.time)
  return { shop, answer, now: () => sessions.now(principal, { 'x-request-id': 'one' }) }
}

test('A8: what users says counts, not the token, and an answer is good for less than a second', async () => {
  const { shop, answer, now } = stage()
  expect(await Promise.all(Array.from({ length: 50 }, now))).toEqual(
    Array.from({ length: 50 }, () => ({ state: 'live', role: 'user', emailVerified: true })),
  )
  expect(shop.calls).toEqual([
    {
      path: `/internal/v1/sessions/${sessionId}`,
      forwarded: { 'x-request-id': 'one' },
      authorization: 'Bearer for user-management',
    },
  ])
  answer.now = { status: 200, body: { state: 'ended' } }
  shop.time = 999
  expect(await now()).toMatchObject({ state: 'live' })
  shop.time = 1_000
  expect(await now()).toEqual({ state: 'ended' })
})

test('A8: a session that users does not know, or that is somebody else’s, has ended', async () => {
  const { shop, answer, now } = stage()
  answer.now = { status: 404, body: {} }
  expect(await now()).toEqual({ state: 'ended' })
  shop.time += 1_000
  answer.now = { status: 200, body: { ...live, user_id: sessionId } }
  expect(await now()).toEqual({ state: 'ended' })
})

test('A24: a failure is told and not kept, and an answer of another shape is one', async () => {
  const { shop, answer, now } = stage()
  answer.now = new Error('down')
  await expect(now()).rejects.toThrow('down')
  answer.now = { status: 200, body: { state: 'live' } }
  await expect(now()).rejects.toThrow()
  answer.now = { status: 401, body: {} }
  await expect(now()).rejects.toThrow()
  answer.now = { status: 200, body: live }
  expect(await now()).toMatchObject({ state: 'live' })
  expect(shop.time).toBe(0)
})
