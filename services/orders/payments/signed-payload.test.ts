import Stripe from 'stripe'
import { expect, test } from 'vitest'
import { signedHeader, verifySignedPayload } from './signed-payload.ts'

const secret = 'whsec_of_the_tests_0123456789'
const payload = '{"id":"evt_1","object":"event"}'
const raw = Buffer.from(payload)
const now = new Date('2026-11-22T13:37:00.000Z')
const seconds = now.getTime() / 1_000
const stripe = new Stripe('sk_test_of_the_tests')

const reasonOf = (header: string | undefined, secrets = [secret]): string => {
  try {
    verifySignedPayload({ raw, header, secrets, now })
    return 'taken'
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

test('what Stripe signs is taken, and what is signed here the SDK takes', () => {
  const header = stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp: seconds })
  expect(reasonOf(header)).toBe('taken')
  expect(reasonOf(header, ['whsec_new_one_of_the_tests_012', secret])).toBe('taken')
  const ours = signedHeader({ raw, secret, now })
  expect(stripe.webhooks.constructEvent(raw, ours, secret, 300, undefined, now.getTime())).toMatchObject({
    id: 'evt_1',
  })
})

test.each([
  ['nothing', undefined, 'no_signature'],
  ['an empty header', '', 'no_signature'],
  ['no time', 'v1=00', 'bad_signature'],
  ['a time that is none', 't=1e9,v1=00', 'bad_signature'],
  ['only an older scheme', `t=${seconds},v0=00`, 'bad_signature'],
  ['a signature that is too short', `t=${seconds},v1=00`, 'bad_signature'],
  ['another secret', signedHeader({ raw, secret: 'other', now }), 'bad_signature'],
  ['other bytes', signedHeader({ raw: Buffer.from(`${payload} `), secret, now }), 'bad_signature'],
  [
    'another time than was signed',
    signedHeader({ raw, secret, now }).replace(String(seconds), String(seconds - 1)),
    'bad_signature',
  ],
  ['five minutes and a second', signedHeader({ raw, secret, now: new Date(now.getTime() - 301_000) }), 'stale'],
])('%s is refused', (_, header, reason) => {
  expect(reasonOf(header)).toBe(`webhook refused: ${reason}`)
})

test('one right signature among wrong ones is enough, as during a rotation', () => {
  expect(reasonOf(`${signedHeader({ raw, secret, now })},v1=${'0'.repeat(64)}`)).toBe('taken')
  expect(reasonOf(signedHeader({ raw, secret, now: new Date(now.getTime() - 300_000) }))).toBe('taken')
})
