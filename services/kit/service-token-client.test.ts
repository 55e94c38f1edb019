import { afterEach, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { type Peer, type PeerCall, PeerUnavailable } from './peer.ts'
import { callAsService } from './service-token-call.ts'
import { type ServiceTokens, serviceTokenClient } from './service-token-client.ts'
import { keptLog } from './testing/test-app.ts'

const opened: ServiceTokens[] = []
afterEach(() => {
  for (const tokens of opened.splice(0)) tokens.close()
  vi.useRealTimers()
})

const minutes = (count: number) => count * 60_000
const settled = () => new Promise((resolve) => setImmediate(resolve))

/** The users service as far as it gives out tokens, and a clock that a test moves. */
function stage(audiences: readonly string[] = []) {
  const calls: unknown[] = []
  const shop = { down: false, refuses: false, time: Date.parse('2026-01-31T12:00:00Z'), calls }
  const users: Peer = {
    async call<Answer>({ body, authorization, answers }: PeerCall<Answer>) {
      const number = calls.push({ body, authorization })
      await settled()
      if (shop.down) throw new PeerUnavailable('users', { mayHaveActed: true, retryAfterSeconds: 1, cause: 'down' })
      if (shop.refuses) return answers.parse({ status: 401, body: {} })
      const body200 = { access_token: `token-${number}`, token_type: 'Bearer', expires_in: 600, scope: 'a' }
      return answers.parse({ status: 200, body: body200 })
    },
    check: async () => undefined,
    close: () => undefined,
  }
  const log = keptLog()
  const tokens = serviceTokenClient({
    users,
    credentials: { id: 'order-management', secret: 'canary' },
    audiences,
    logger: log.logger,
    now: () => new Date(shop.time),
  })
  opened.push(tokens)
  return { shop, tokens, lines: log.lines }
}

test('A27: a hundred who need a token at once ask for it once', async () => {
  const { shop, tokens } = stage()
  const given = await Promise.all(Array.from({ length: 100 }, () => tokens.authorizationFor('product-catalog')))
  expect(new Set(given)).toEqual(new Set(['Bearer token-1']))
  expect(shop.calls).toEqual([
    {
      body: { audience: 'product-catalog' },
      authorization: `Basic ${Buffer.from('order-management:canary').toString('base64')}`,
    },
  ])
})

test('A27: tokens are there before anyone needs them, one for each service', async () => {
  const { shop, tokens } = stage(['user-management', 'product-catalog'])
  await tokens.renew()
  expect(shop.calls).toHaveLength(2)
  expect(await tokens.authorizationFor('user-management')).not.toBe(await tokens.authorizationFor('product-catalog'))
  expect(shop.calls).toHaveLength(2)
})

test('A27: at half its life a token is renewed behind whoever uses it, once, also where nobody does', async () => {
  const { shop, tokens } = stage(['product-catalog'])
  await tokens.authorizationFor('product-catalog')
  shop.time += minutes(5) - 1
  await tokens.renew()
  expect(shop.calls).toHaveLength(1)
  shop.time += 1
  const used = await Promise.all([1, 2, 3].map(() => tokens.authorizationFor('product-catalog')))
  expect(used).toEqual(['Bearer token-1', 'Bearer token-1', 'Bearer token-1'])
  await tokens.renew()
  expect([await tokens.authorizationFor('product-catalog'), shop.calls.length]).toEqual(['Bearer token-2', 2])
  shop.time += minutes(5)
  await tokens.renew()
  expect([await tokens.authorizationFor('product-catalog'), shop.calls.length]).toEqual(['Bearer token-3', 3])
})

test('A27: the users service may be away for four minutes at any time', async () => {
  for (const goesAfter of [0, 1, 4, 5 - 0.001]) {
    const { shop, tokens } = stage(['product-catalog'])
    await tokens.authorizationFor('product-catalog')
    shop.time += minutes(goesAfter)
    shop.down = true
    for (let second = 0; second <= 240; second += 5) {
      await tokens.renew()
      expect(await tokens.authorizationFor('product-catalog')).toBe('Bearer token-1')
      shop.time += 5_000
    }
    shop.down = false
    await tokens.renew()
    expect(await tokens.authorizationFor('product-catalog')).toMatch(/^Bearer token-\d+$/)
  }
})

test('without a token that is still good, who needs one is told that nothing has been done', async () => {
  const { shop, tokens } = stage()
  await tokens.authorizationFor('product-catalog')
  shop.down = true
  shop.time += minutes(10)
  const refused = tokens.authorizationFor('product-catalog')
  await expect(refused).rejects.toBeInstanceOf(PeerUnavailable)
  await expect(refused).rejects.toMatchObject({ mayHaveActed: false, kind: { status: 503 } })
})

test('a client that users does not know is an error in the log, without its secret', async () => {
  const { shop, tokens, lines } = stage()
  shop.refuses = true
  await expect(tokens.authorizationFor('product-catalog')).rejects.toBeInstanceOf(PeerUnavailable)
  expect(lines()).toMatchObject([{ level: 'ERROR' }])
  expect(JSON.stringify(lines())).not.toContain('canary')
})

test('a timer renews every five seconds', async () => {
  vi.useFakeTimers({ toFake: ['setInterval'] })
  const { shop, tokens } = stage(['product-catalog'])
  await tokens.authorizationFor('product-catalog')
  shop.time += minutes(5)
  vi.advanceTimersByTime(5_000)
  await settled()
  expect(shop.calls).toHaveLength(2)
})

/** A service that takes only the tokens that are named. */
function catalogThatTakes(good: readonly string[]) {
  const given: (string | undefined)[] = []
  const peer: Peer = {
    async call<Answer>({ authorization, answers }: PeerCall<Answer>) {
      given.push(authorization)
      return answers.parse({ status: good.includes(authorization ?? '') ? 200 : 401 })
    },
    check: async () => undefined,
    close: () => undefined,
  }
  return { peer, given }
}
const call = {
  method: 'POST',
  path: '/',
  forwarded: {},
  effect: 'repeatable',
  answers: z.object({ status: z.number() }),
} as const

test('a token that is refused is replaced once, and not asked for again and again', async () => {
  const { shop, tokens } = stage()
  const taking = catalogThatTakes(['Bearer token-2'])
  const audience = 'product-catalog'
  expect(await callAsService({ peer: taking.peer, tokens, audience }, call)).toEqual({ status: 200 })
  expect([taking.given, shop.calls.length]).toEqual([['Bearer token-1', 'Bearer token-2'], 2])

  const refusing = catalogThatTakes([])
  const refused = callAsService({ peer: refusing.peer, tokens, audience }, call)
  await expect(refused).rejects.toMatchObject({ mayHaveActed: false, kind: { status: 503 } })
  expect(refusing.given).toHaveLength(2)
})

test('who has no more time does not wait for a token, and the next one has it', async () => {
  const { tokens } = stage()
  const { peer, given } = catalogThatTakes(['Bearer token-1'])
  const way = { peer, tokens, audience: 'product-catalog' }
  const late = callAsService(way, { ...call, signal: AbortSignal.abort() })
  await expect(late).rejects.toMatchObject({ mayHaveActed: false })
  expect(given).toEqual([])
  expect(await callAsService(way, call)).toEqual({ status: 200 })
})
