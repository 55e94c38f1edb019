import { createServer, type ServerResponse } from 'node:http'
import { afterEach, expect, test } from 'vitest'
import { freePort } from '../../platforms/local/ports.ts'
import { failureOf } from '../testing/failure-of.ts'
import { logInAll } from './log-in-all.ts'

let close: () => void = () => undefined
afterEach(() => close())

type Answer = { readonly status: number; readonly left?: number; readonly body?: unknown }

/** A shop that does nothing but answer logins, and tells those it limits how many they have left of a hundred. */
const startShop = async (answerOf: (asked: number) => Answer) => {
  let asked = 0
  const say = (response: ServerResponse, { status, left, body = {} }: Answer) => {
    if (left !== undefined) {
      response.setHeader('ratelimit-policy', '"client";q=100;w=60').setHeader('ratelimit', `"client";r=${left};t=60`)
    }
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }
  const server = createServer((request, response) => {
    request.resume().on('end', () => say(response, answerOf(++asked)))
  })
  const port = await freePort()
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  close = () => {
    server.close()
    server.closeAllConnections()
  }
  return {
    entry: { url: `http://127.0.0.1:${port}`, headers: {} },
    limitKey: null,
    signal: AbortSignal.timeout(20_000),
  }
}

const accounts = ['a@shop.example', 'b@shop.example']
const customers = { accounts, password: 'a word', environment: 'staging' }
const body = { access_token: 'token', expires_in: 900 }

test('each customer is logged in, where the shop is busy a little later', async () => {
  const shop = await startShop((asked) => (asked === 1 ? { status: 503 } : { status: 200, left: 100, body }))
  const logins = await logInAll(shop, customers)
  expect(logins.map(({ email }) => email).toSorted()).toEqual(accounts)
  expect(logins.every(({ endsAtEpochMilliseconds }) => endsAtEpochMilliseconds > Date.now() + 600_000)).toBe(true)
})

test('NOTE-24: a shop that counts them as one client is told from one that knows a load test', async () => {
  const shop = await startShop(() => ({ status: 200, left: 99, body }))
  const failure = await failureOf(logInAll(shop, customers))
  expect(failure).toMatchObject({ code: 'LOAD_LIMITED', outcome: 'refused' })
  expect(failure.why).toEqual([
    'the users service allows a client 100 requests a minute, and does not know this one by its key',
  ])
  expect(failure.fix.at(-1)).toContain('secrets set RATE_LIMIT_BYPASS_KEY --env staging --service users')
})

test('a shop that does not let them in is asked for nothing more', async () => {
  const shop = await startShop(() => ({ status: 401, body: { code: 'auth/credentials-wrong' } }))
  const failure = await failureOf(logInAll(shop, customers))
  expect(failure).toMatchObject({ code: 'LOGIN_REFUSED', outcome: 'refused' })
  expect(failure.why[0]).toContain('answered 401: {"code":"auth/credentials-wrong"}')
})
