import { sql } from 'kysely'
import { expect, test } from 'vitest'
import type { PaymentProvider, ProviderPayment } from '../payments/provider.ts'
import { ordersStage } from '../testing/orders-stage.ts'
import { unitsOf } from '../testing/shopping.ts'
import { askProvider } from './ask-provider.ts'
import { paymentsOfOrder } from './payment-store.ts'

const stage = ordersStage()
const signal = new AbortController().signal

/** One with which asking captures what the customer has approved, as with PayPal. */
const capturing = (): Pick<PaymentProvider, 'fetch' | 'look'> & { readonly done: readonly string[] } => {
  const done: string[] = []
  const told = (state: ProviderPayment['state']) => ({ providerRef: 'r', state, capturedCents: 0, currency: 'EUR' })
  return {
    done,
    async fetch() {
      done.push('fetch')
      return told('captured')
    },
    async look() {
      done.push('look')
      return told('requires_action')
    },
  }
}

async function ask(orderId: string): Promise<readonly string[]> {
  const database = stage.fixture.database.kysely
  const provider = capturing()
  const [payment] = await paymentsOfOrder(database, orderId)
  if (payment === undefined) throw new Error('the order has no payment')
  const unused = () => Promise.reject(new Error('not asked for here'))
  const whole = { name: 'paypal', charge: unused, cancel: unused, refund: unused, fetchRefund: unused } as const
  const rest = { parseWebhook: unused, check: unused, close: unused }
  await askProvider({ database, providerOf: () => ({ ...whole, ...rest, ...provider }) }, payment, signal)
  return provider.done
}

async function waiting(): Promise<string> {
  const { id } = await stage.shop.draft(unitsOf(stage.catalog.addProduct()))
  expect((await stage.shop.pay(id, 'tok_needs_action')).status).toBe(202)
  return id
}

test('O17: what its order waits for is captured by asking, what was cancelled or has expired is only looked at', async () => {
  expect(await ask(await waiting())).toEqual(['fetch'])

  const cancelled = await waiting()
  expect((await stage.shop.cancel(cancelled)).status).toBe(200)
  expect(await ask(cancelled)).toEqual(['look'])

  const expired = await waiting()
  await sql`update orders set status = 'expired' where id = ${expired}`.execute(stage.fixture.database.kysely)
  expect(await ask(expired)).toEqual(['look'])
})
