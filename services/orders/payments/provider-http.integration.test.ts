import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { httpClient } from '../../kit/http-exchange.ts'
import { closedPort } from '../../kit/testing/scripted-server.ts'
import { ProviderUnavailable } from './provider.ts'
import { openProviderHttp } from './provider-http.ts'
import { providerPolicy } from './provider-policy.ts'
import { stripeProvider } from './stripe/stripe-provider.ts'
import { providerParts } from './testing/provider-parts.ts'
import { quickPolicy } from './testing/quick-policy.ts'
import { type StripeServer, stripeMethods, stripeServer } from './testing/stripe-server.ts'

let server: StripeServer
beforeEach(async () => {
  server = await stripeServer()
})
afterEach(async () => {
  expect(server.unplanned).toEqual([])
  await server.close()
})

const secretKey = 'sk_test_canary_key_of_the_tests'

function openStripe({ url = server.url, policy = quickPolicy } = {}) {
  const parts = providerParts()
  const http = openProviderHttp({ name: 'stripe', client: httpClient(), ...parts, policy })
  const webhookSecrets = ['whsec_canary_of_the_tests']
  const returnUrl = () => 'https://shop.test/'
  const provider = stripeProvider({ http, apiBase: url, secretKey, webhookSecrets, returnUrl })
  const charge = (methodToken: string, orderId = randomUUID()) => {
    const key = `order:${orderId}:pay:1`
    const request = { key, orderId, amountCents: 500, currency: 'EUR', methodToken }
    return provider.charge({ ...request, signal: new AbortController().signal })
  }
  return { provider, charge, lines: parts.lines }
}

const failureOf = (charged: Promise<unknown>): Promise<unknown> => charged.catch((error: unknown) => error)

test('a provider has two seconds to connect, ten in all for two tries, and a breaker', () => {
  expect(providerPolicy).toMatchObject({
    connectMilliseconds: 2_000,
    totalMilliseconds: 10_000,
    tries: 2,
    breaker: { failuresInARow: 5, window: { tries: 20, failures: 10 }, probeAfterMilliseconds: 5_000 },
  })
})

test('a try that is not answered is made once more with the same key, and the time of both is one', async () => {
  const { charge, provider } = openStripe({
    policy: { ...quickPolicy, tryMilliseconds: 5_000, totalMilliseconds: 700 },
  })
  const failure = await failureOf(charge(stripeMethods.chargedThenTimeout))
  expect(failure).toMatchObject({ name: 'ProviderUnavailable', mayHaveActed: true })
  await provider.close()

  server.forget()
  const patient = openStripe()
  await patient.charge(stripeMethods.chargedThen500)
  const confirms = server.calls.filter(({ path }) => path.endsWith('/confirm'))
  expect(confirms).toHaveLength(2)
  expect(new Set(confirms.map(({ headers }) => headers['idempotency-key'])).size).toBe(1)
  expect(confirms[0]?.headers['idempotency-key']).toMatch(/^order:[0-9a-f-]{36}:pay:1$/)
  await patient.provider.close()
})

test('where nobody listens nothing was moved', async () => {
  const { charge, provider } = openStripe({ url: `http://127.0.0.1:${await closedPort()}` })
  expect(await failureOf(charge(stripeMethods.ok))).toMatchObject({ name: 'ProviderUnavailable', mayHaveActed: false })
  await provider.close()
})

test('after five failures in a row the provider is asked no more, and another one is', async () => {
  const { charge, provider } = openStripe()
  const other = openStripe()
  server.down(true)
  for (let round = 0; round < 3; round += 1) await failureOf(charge(stripeMethods.ok))
  const asked = server.calls.length
  expect(asked).toBe(5)
  expect(await failureOf(charge(stripeMethods.ok))).toMatchObject({ mayHaveActed: false, retryAfterSeconds: 5 })
  expect(server.calls).toHaveLength(asked)
  await expect(provider.check()).rejects.toThrow('its breaker is open')

  server.down(false)
  expect(await other.charge(stripeMethods.ok)).toMatchObject({ state: 'captured' })
  await other.provider.check()
  await provider.close()
  await other.provider.close()
})

test('an open breaker is tried again after a while, and closes', async () => {
  const breaker = { ...quickPolicy.breaker, probeAfterMilliseconds: 50 }
  const { charge, provider } = openStripe({ policy: { ...quickPolicy, breaker } })
  server.down(true)
  for (let round = 0; round < 3; round += 1) await failureOf(charge(stripeMethods.ok))
  server.down(false)
  const outcome = async () => (await charge(stripeMethods.ok).catch(() => ({ state: 'refused' }))).state
  await expect.poll(outcome, { timeout: 10_000 }).toBe('captured')
  await provider.check()
  await provider.close()
})

test('a key that Stripe does not take is an outage for customers and a line for us', async () => {
  const parts = providerParts()
  const http = openProviderHttp({ name: 'stripe', client: httpClient(), ...parts })
  const account = { apiBase: server.url, secretKey: 'rk_canary_key', webhookSecrets: [], returnUrl: () => '' }
  const provider = stripeProvider({ http, ...account })
  const request = { key: 'k', orderId: 'o', amountCents: 1, currency: 'EUR', methodToken: stripeMethods.ok }
  const failure = await failureOf(provider.charge({ ...request, signal: new AbortController().signal }))
  expect(failure).toMatchObject({ name: 'ProviderUnavailable', mayHaveActed: false })
  expect(parts.lines.join('')).toContain('answered 401')
  await provider.close()
})

test('neither method tokens nor keys are in any line or error, whatever fails', async () => {
  const { charge, provider, lines } = openStripe({
    policy: { ...quickPolicy, tryMilliseconds: 100, totalMilliseconds: 400 },
  })
  const failures: unknown[] = []
  for (const token of ['pm_canary_4242424242424242', stripeMethods.chargedThenTimeout, stripeMethods.failsTwice]) {
    failures.push(await failureOf(charge(token)))
  }
  server.down(true)
  failures.push(await failureOf(charge('pm_canary_4242424242424242')))
  expect(failures.filter((failure) => failure instanceof ProviderUnavailable).length).toBeGreaterThan(1)
  const told = [...lines, ...failures.map((failure) => `${renderedError(failure)}${JSON.stringify(failure)}`)].join(
    '\n',
  )
  expect(told).toContain('/confirm')
  expect(told).not.toMatch(/canary|4242|pm_|Bearer|whsec/)
  await provider.close()
})

const renderedError = (error: unknown): string =>
  error instanceof Error ? `${error.stack}${renderedError(error.cause)}` : String(error)
