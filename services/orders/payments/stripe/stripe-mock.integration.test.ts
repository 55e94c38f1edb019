import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { httpClient } from '../../../kit/http-exchange.ts'
import { freePort } from '../../../kit/testing/free-port.ts'
import type { PaymentProvider } from '../provider.ts'
import { openProviderHttp } from '../provider-http.ts'
import { providerParts } from '../testing/provider-parts.ts'
import { stripeProvider } from './stripe-provider.ts'

/** Stripe's own program: it checks each request against Stripe's description of its API and answers with fixtures. */
const program = ['', ...(process.env.PATH ?? '').split(delimiter), join(process.env.HOME ?? '', 'go', 'bin')]
  .map((folder) => (folder === '' ? (process.env.STRIPE_MOCK ?? '') : join(folder, 'stripe-mock')))
  .find((path) => {
    try {
      accessSync(path, constants.X_OK)
      return path !== ''
    } catch {
      return false
    }
  })
const reason = program === undefined ? ' (skipped: no stripe-mock on PATH, in ~/go/bin or at STRIPE_MOCK)' : ''

describe.skipIf(program === undefined)(`requests as Stripe describes them${reason}`, () => {
  let provider: PaymentProvider
  let stop: () => Promise<void>

  beforeAll(async () => {
    const port = await freePort()
    const child = spawn(program ?? '', ['-http-port', String(port)], { stdio: 'ignore' })
    const gone = once(child, 'exit')
    stop = async () => {
      child.kill('SIGKILL')
      await gone
    }
    const apiBase = `http://127.0.0.1:${port}`
    // Any answer will do: it is there.
    await vi.waitFor(() => fetch(apiBase), { timeout: 20_000, interval: 50 })
    const http = openProviderHttp({ name: 'stripe', client: httpClient(), ...providerParts() })
    const account = {
      apiBase,
      secretKey: 'sk_test_123',
      webhookSecrets: [],
      returnUrl: () => 'https://shop.test/',
    }
    provider = stripeProvider({ http, ...account })
  })
  afterAll(async () => {
    await stop()
    await provider.close()
  })

  const { signal } = new AbortController()
  const request = { key: 'order:1:pay:1', orderId: 'order-1', amountCents: 2_000, currency: 'USD' }

  // Its answers are fixtures, so they say nothing of the payment: that they can be read is what is shown.
  test('making, confirming, finding and cancelling an intent', async () => {
    const charged = await provider.charge({ ...request, methodToken: 'pm_card_visa', signal })
    expect(charged).toMatchObject({ providerRef: expect.stringMatching(/^pi_/), currency: 'USD' })
    const providerRef = charged.providerRef ?? undefined
    await provider.fetch({ ...request, providerRef }, signal)
    await provider.fetch(request, signal)
    expect(await provider.cancel({ ...request, providerRef, signal })).toHaveProperty('state')
    expect(await provider.charge({ ...request, methodToken: 'ctoken_1', signal })).toHaveProperty('state')
  })

  test('making and finding a refund', async () => {
    const refund = { key: 'refund-1', orderId: 'order-1', providerRef: 'pi_1', amountCents: 500, currency: 'USD' }
    const made = await provider.refund({ ...refund, signal })
    expect(made).toMatchObject({ providerRefundRef: expect.stringMatching(/^re_/) })
    const providerRefundRef = made.providerRefundRef ?? undefined
    expect(await provider.fetchRefund({ ...refund, providerRefundRef }, signal)).toHaveProperty('state')
    expect(await provider.fetchRefund(refund, signal)).toBeUndefined()
  })
})
