import { createHmac, timingSafeEqual } from 'node:crypto'
import { WebhookRefused } from './provider.ts'

/** How old a signature may be, by either clock: one that was overheard is of no use later. */
export const toleranceSeconds = 300

export type SignedPayload = {
  readonly raw: Uint8Array
  /** `t=1700000000,v1=5257a8…`: Stripe's form. */
  readonly header: string | undefined
  /** Any of them: during a rotation there are two. */
  readonly secrets: readonly string[]
  readonly now: Date
}

/** Throws WebhookRefused unless one of the secrets has signed these bytes just now. */
export function verifySignedPayload({ raw, header, secrets, now }: SignedPayload): void {
  if (header === undefined || header === '') throw new WebhookRefused('no_signature')
  const parts = header.split(',').map((part) => part.trim().split('='))
  const [, timestamp = ''] = parts.find(([name]) => name === 't') ?? []
  const signatures = parts.flatMap(([name, value = '']) => (name === 'v1' ? [value] : []))
  if (!/^\d{1,12}$/.test(timestamp)) throw new WebhookRefused('bad_signature')
  const expected = secrets.map((secret) => signature({ raw, timestamp, secret }))
  // Before the time, so that only who has the secret learns whether it was too late.
  if (!signatures.some((given) => expected.some((wanted) => equal(given, wanted)))) {
    throw new WebhookRefused('bad_signature')
  }
  refuseStale(new Date(Number(timestamp) * 1_000), now)
}

export function refuseStale(signedAt: Date, now: Date): void {
  const ageSeconds = Math.floor(now.getTime() / 1_000) - Math.floor(signedAt.getTime() / 1_000)
  // NaN, of a date that is none, is refused too.
  if (!(Math.abs(ageSeconds) <= toleranceSeconds)) throw new WebhookRefused('stale')
}

export function signedHeader({ raw, secret, now }: { raw: Uint8Array; secret: string; now: Date }): string {
  const timestamp = String(Math.floor(now.getTime() / 1_000))
  return `t=${timestamp},v1=${signature({ raw, timestamp, secret })}`
}

function signature({ raw, timestamp, secret }: { raw: Uint8Array; timestamp: string; secret: string }): string {
  return createHmac('sha256', secret).update(`${timestamp}.`).update(raw).digest('hex')
}

function equal(given: string, wanted: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(wanted)]
  return left.length === right.length && timingSafeEqual(left, right)
}
