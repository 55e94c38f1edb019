import { expect, test } from 'vitest'
import { deliveryOf } from '../mail/smtp-transport.ts'
import { deliveryVerdict } from './delivery-verdict.ts'
import { createProviderBreaker } from './provider-breaker.ts'

const postponed = { kind: 'postponed', reason: '451 at DATA' } as const
const delays = (random: number) =>
  Array.from({ length: 9 }, (_, index) => {
    const verdict = deliveryVerdict(postponed, { attempts: index + 1, ageSeconds: 0 }, random)
    return verdict.state === 'pending' ? verdict.delaySeconds : verdict.state
  })

test('a mail is tried again after 1, 2, 4 … 60 s, a fifth more or less', () => {
  expect(delays(0.5)).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60])
  expect(delays(0)).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60].map((seconds) => seconds * 0.8))
  expect(delays(1)[6]).toBeCloseTo(72)
})

test('for a day, and then no more', () => {
  const history = { attempts: 900, ageSeconds: 24 * 3_600 }
  expect(deliveryVerdict(postponed, { ...history, ageSeconds: 24 * 3_600 - 1 }, 0)).toMatchObject({ state: 'pending' })
  expect(deliveryVerdict(postponed, history, 0)).toEqual({
    state: 'failed',
    reason: 'given up after a day: 451 at DATA',
  })
  expect(deliveryVerdict({ kind: 'unreachable', reason: 'ETIMEDOUT' }, history, 0)).toMatchObject({ state: 'failed' })
})

test('what will never be taken fails at once, with the reason', () => {
  const refused = { kind: 'refused', reason: '550 at RCPT TO' } as const
  expect(deliveryVerdict(refused, { attempts: 1, ageSeconds: 0 }, 0)).toEqual({
    state: 'failed',
    reason: refused.reason,
  })
})

test.each([
  [{ code: 'EENVELOPE', responseCode: 550, command: 'RCPT TO' }, 'refused'],
  [{ code: 'EMESSAGE', responseCode: 554, command: 'DATA' }, 'refused'],
  [{ code: 'EENVELOPE', responseCode: 452, command: 'RCPT TO' }, 'postponed'],
  [{ code: 'EAUTH', responseCode: 535, command: 'AUTH PLAIN' }, 'postponed'],
  [{ code: 'EPROTOCOL', responseCode: 554, command: 'CONN' }, 'postponed'],
  [{ code: 'ESOCKET' }, 'unreachable'],
  [{ code: 'EABORT' }, 'unreachable'],
  [new Error('no code'), 'unreachable'],
])('%o means %s', (error, kind) => {
  expect(deliveryOf(Object.assign(new Error('<ada@x.io> unknown'), error))).toMatchObject({ kind })
  expect(JSON.stringify(deliveryOf(Object.assign(new Error('<ada@x.io> unknown'), error)))).not.toContain('ada')
})

test('while the server is gone it is asked once in 30 s, and no more when it answers', () => {
  const breaker = createProviderBreaker()
  const at = (seconds: number) => new Date(1_800_000_000_000 + seconds * 1_000)
  const asked = []
  for (let second = 0; second < 600; second += 1) {
    if (breaker.allowed(at(second)) === 'none') continue
    asked.push(second)
    breaker.missed(at(second))
  }
  expect(asked).toEqual(Array.from({ length: 20 }, (_, index) => index * 30))
  expect(breaker.isOpen()).toBe(true)
  expect(breaker.allowed(at(-3_600)), 'the clock was set back').toBe('one')
  breaker.answered()
  expect([breaker.isOpen(), breaker.allowed(at(601))]).toEqual([false, 'all'])
})
