import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type PaymentProvider, ProviderUnavailable, type WebhookEvent } from '../provider.ts'

export type Signing = {
  readonly at: Date
  /** `previous`: the one that is being rotated out. `foreign`: somebody else's. */
  readonly secret: 'current' | 'previous' | 'foreign'
}

/** A provider with a far side of its own, whose books can be read. */
export type ContractWorld = {
  readonly provider: PaymentProvider
  readonly tokens: Readonly<
    Record<
      'ok' | 'declined' | 'needsAction' | 'chargedThenTimeout' | 'chargedThen500' | 'failsTwice' | 'unknown',
      string
    >
  >
  /** What the provider's own books have under the key. */
  booked(
    key: string,
  ): Promise<{ readonly charges: number; readonly capturedCents: number; readonly refundedCents: number }>
  /** The customer does what a `requires_action` asks for. */
  act(providerRef: string): Promise<void>
  /** The provider tells that the payment was captured. */
  webhook(
    providerRef: string,
    signing: Signing,
  ): Promise<{ readonly body: string; readonly headers: Readonly<Record<string, string>> }>
  close(): Promise<void>
}

const fresh = () => {
  const orderId = randomUUID()
  return { key: `order:${orderId}:pay:1`, orderId, amountCents: 12_345, currency: 'EUR' }
}
const signal = () => new AbortController().signal

/** What every provider must hold, shown over each. */
export function describeProvider(name: string, open: () => Promise<ContractWorld>): void {
  describe(`${name} as a payment provider`, () => {
    let world: ContractWorld
    const provider = () => world.provider
    beforeAll(async () => {
      world = await open()
    })
    afterAll(() => world.close())

    const charge = (token: keyof ContractWorld['tokens'], payment = fresh()) =>
      provider().charge({ ...payment, methodToken: world.tokens[token], signal: signal() })
    const captured = async () => {
      const payment = fresh()
      const { providerRef } = await charge('ok', payment)
      return { ...payment, providerRef: String(providerRef) }
    }

    test('a charge captures what was asked for, and the same key again is the same charge', async () => {
      const payment = fresh()
      const first = await charge('ok', payment)
      expect(first).toMatchObject({ state: 'captured', capturedCents: 12_345, currency: 'EUR' })
      const copies = await Promise.all(Array.from({ length: 5 }, () => charge('ok', payment)))
      expect(copies.map(({ providerRef, state }) => [providerRef, state])).toEqual(
        copies.map(() => [first.providerRef, 'captured']),
      )
      expect(await world.booked(payment.key)).toEqual({ charges: 1, capturedCents: 12_345, refundedCents: 0 })
      expect(await charge('ok')).not.toMatchObject({ providerRef: first.providerRef })
    })

    test('a decline is an answer with a short reason, and stays one', async () => {
      const payment = fresh()
      for (const attempt of [await charge('declined', payment), await charge('declined', payment)]) {
        expect(attempt).toMatchObject({ state: 'declined', capturedCents: 0 })
        expect(attempt.declineReason).toMatch(/^[a-z0-9_]{3,60}$/)
      }
      expect(await world.booked(payment.key)).toMatchObject({ capturedCents: 0 })
      expect(await charge('unknown')).toMatchObject({ state: 'declined', capturedCents: 0 })
    })

    test('what needs the customer names where to go, and is captured once they were there', async () => {
      const payment = fresh()
      const waiting = await charge('needsAction', payment)
      expect(waiting).toMatchObject({ state: 'requires_action', capturedCents: 0, action: { type: 'redirect' } })
      expect(URL.canParse(waiting.action?.url ?? '')).toBe(true)
      const known = { ...payment, providerRef: waiting.providerRef ?? undefined }
      expect(await provider().fetch(known, signal())).toMatchObject({ state: 'requires_action' })
      await world.act(String(waiting.providerRef))
      expect(await provider().fetch(known, signal())).toMatchObject({ state: 'captured', capturedCents: 12_345 })
      expect(await world.booked(payment.key)).toMatchObject({ charges: 1, capturedCents: 12_345 })
    })

    test('who looks sees what there is, and what the customer has agreed to is not captured by looking', async () => {
      const payment = fresh()
      const waiting = await charge('needsAction', payment)
      const known = { ...payment, providerRef: String(waiting.providerRef) }
      expect(await provider().look(known, signal())).toMatchObject({ state: 'requires_action', capturedCents: 0 })
      await world.act(known.providerRef)
      const before = await world.booked(payment.key)
      const seen = await provider().look(known, signal())
      expect(await world.booked(payment.key)).toEqual(before)
      expect(seen?.capturedCents ?? 0).toBe(before.capturedCents)
      expect(await provider().look(await captured(), signal())).toMatchObject({ state: 'captured' })
      expect(await provider().look({ ...fresh(), providerRef: 'of_nobody' }, signal())).toBeUndefined()
    })

    test('charged and never answered, or answered 500: the same key finds the one charge', async () => {
      for (const token of ['chargedThenTimeout', 'chargedThen500'] as const) {
        const payment = fresh()
        expect(await charge(token, payment)).toMatchObject({ state: 'captured', capturedCents: 12_345 })
        expect(await charge(token, payment)).toMatchObject({ state: 'captured' })
        expect(await provider().fetch(payment, signal())).toMatchObject({ state: 'captured', capturedCents: 12_345 })
        expect(await world.booked(payment.key)).toMatchObject({ charges: 1, capturedCents: 12_345 })
      }
    })

    test('a caller who left finds by the key alone what became of the charge', async () => {
      const payment = fresh()
      const leaving = new AbortController()
      const asked = provider()
        .charge({ ...payment, methodToken: world.tokens.chargedThenTimeout, signal: leaving.signal })
        .catch((error: unknown) => error)
      await expect.poll(async () => (await world.booked(payment.key)).capturedCents, { timeout: 10_000 }).toBe(12_345)
      leaving.abort()
      const outcome = await asked
      // The repeated try may have been faster than the caller; either way there is one charge.
      const told = outcome instanceof ProviderUnavailable ? { mayHaveActed: outcome.mayHaveActed } : outcome
      expect([{ mayHaveActed: true }, expect.objectContaining({ state: 'captured' })]).toContainEqual(told)
      expect(await provider().fetch(payment, signal())).toMatchObject({ state: 'captured', capturedCents: 12_345 })
      expect(await world.booked(payment.key)).toMatchObject({ charges: 1 })
    })

    test('an outage of two tries is no answer, and after it the same key charges once', async () => {
      const payment = fresh()
      const failure = await charge('failsTwice', payment).catch((error: unknown) => error)
      expect(failure).toBeInstanceOf(ProviderUnavailable)
      expect(failure).toMatchObject({ provider: name, mayHaveActed: true, retryAfterSeconds: expect.any(Number) })
      expect(JSON.stringify([failure, String(failure)])).not.toContain(world.tokens.failsTwice)
      expect(await provider().fetch(payment, signal())).toBeUndefined()
      expect(await charge('failsTwice', payment)).toMatchObject({ state: 'captured' })
      expect(await world.booked(payment.key)).toMatchObject({ charges: 1, capturedCents: 12_345 })
    })

    test('of a key that was never used nothing was charged', async () => {
      expect(await provider().fetch(fresh(), signal())).toBeUndefined()
    })

    test('what is cancelled cannot be captured, what is captured cannot be cancelled', async () => {
      const payment = fresh()
      const waiting = await charge('needsAction', payment)
      const known = { ...payment, providerRef: waiting.providerRef ?? undefined }
      expect(await provider().cancel({ ...known, signal: signal() })).toMatchObject({
        state: 'cancelled',
        capturedCents: 0,
      })
      expect(await provider().cancel({ ...known, signal: signal() })).toMatchObject({ state: 'cancelled' })
      // The customer agrees on a page that is still open, where the provider lets them: looking takes no money.
      const providerRef = String(waiting.providerRef)
      await world.act(providerRef).catch(() => undefined)
      await provider().look({ ...payment, providerRef }, signal())
      expect(await world.booked(payment.key)).toMatchObject({ capturedCents: 0 })

      const paid = await captured()
      expect(await provider().cancel({ ...paid, signal: signal() })).toMatchObject({
        state: 'captured',
        capturedCents: 12_345,
      })
      const byKey = { ...paid, providerRef: undefined }
      expect(await provider().cancel({ ...byKey, signal: signal() })).toMatchObject({ state: 'captured' })
      expect(await provider().cancel({ ...fresh(), signal: signal() })).toMatchObject({ state: 'cancelled' })
    })

    test('two refunds of a part are two, the same key again is the same, and more than is left is none', async () => {
      const { key: paymentKey, ...paid } = await captured()
      const refund = (key: string, amountCents: number) =>
        provider().refund({
          key: `${paymentKey}:${key}`,
          orderId: paid.orderId,
          providerRef: paid.providerRef,
          amountCents,
          currency: 'EUR',
          signal: signal(),
        })
      const first = await refund('one', 5_000)
      expect(first).toMatchObject({ state: 'succeeded', amountCents: 5_000, currency: 'EUR' })
      expect(await refund('one', 5_000)).toEqual(first)
      const second = await refund('two', 7_000)
      expect(second.providerRefundRef).not.toBe(first.providerRefundRef)
      const tooMuch = { state: 'failed', providerRefundRef: null, failureReason: 'exceeds_captured' }
      expect(await refund('three', 346)).toMatchObject(tooMuch)
      expect(await refund('four', 345)).toMatchObject({ state: 'succeeded' })
      expect(await refund('five', 1)).toMatchObject(tooMuch)
      expect(await world.booked(paymentKey)).toMatchObject({ capturedCents: 12_345, refundedCents: 12_345 })

      const payment = await provider().fetch({ ...paid, key: paymentKey }, signal())
      expect(payment).toMatchObject({ state: 'captured', capturedCents: 12_345, refundedCents: 12_345 })
      const known = { ...paid, key: `${paymentKey}:two`, amountCents: 7_000 }
      expect(await provider().fetchRefund(known, signal())).toEqual(second)
      const byReference = { ...known, providerRefundRef: second.providerRefundRef ?? undefined }
      expect(await provider().fetchRefund(byReference, signal())).toEqual(second)
      expect(await provider().fetchRefund({ ...known, key: 'never-used' }, signal())).toBeUndefined()
    })

    const now = new Date('2026-11-22T13:37:00.000Z')
    const secondsAgo = (seconds: number) => new Date(now.getTime() - seconds * 1_000)
    const parse = (sent: { body: string; headers: Readonly<Record<string, string>> }): Promise<WebhookEvent> =>
      provider().parseWebhook(Buffer.from(sent.body), (header) => sent.headers[header], now)

    test('a webhook that is signed with the current or the previous secret tells of the payment', async () => {
      const paid = await captured()
      for (const secret of ['current', 'previous'] as const) {
        const event = await parse(await world.webhook(paid.providerRef, { at: secondsAgo(299), secret }))
        expect(event).toMatchObject({
          provider: name,
          kind: 'payment',
          providerRef: paid.providerRef,
          key: paid.key,
          orderId: paid.orderId,
          payment: { state: 'captured', capturedCents: 12_345, currency: 'EUR', providerRef: paid.providerRef },
        })
        expect(event.id).not.toBe('')
      }
    })

    test('a webhook that is forged, late, early, changed or unsigned is refused, and says only why', async () => {
      const paid = await captured()
      const good = await world.webhook(paid.providerRef, { at: now, secret: 'current' })
      const deliver = (at: Date, secret: Signing['secret'] = 'current') =>
        world.webhook(paid.providerRef, { at, secret })
      const refused = async (sent: Awaited<ReturnType<ContractWorld['webhook']>>) => {
        const error = await parse(sent).catch((failure: unknown) => failure)
        expect(error).toMatchObject({ name: 'WebhookRefused' })
        return error instanceof Error && 'reason' in error ? error.reason : 'taken'
      }
      expect(await parse(good)).toMatchObject({ kind: 'payment' })
      expect(await refused(await deliver(now, 'foreign'))).toBe('bad_signature')
      expect(await refused(await deliver(secondsAgo(301)))).toBe('stale')
      expect(await refused(await deliver(secondsAgo(-301)))).toBe('stale')
      expect(await refused({ ...good, body: good.body.replace('EUR', 'USD').replace('eur', 'usd') })).toBe(
        'bad_signature',
      )
      expect(await refused({ ...good, body: `${good.body} ` })).toBe('bad_signature')
      expect(await refused({ ...good, headers: {} })).toBe('no_signature')
    })
  })
}
