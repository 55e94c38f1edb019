import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createRedisBreaker, inTime } from './redis-breaker.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] }))
afterEach(() => void vi.useRealTimers())

const silence = () => new Promise<never>(() => undefined)

test('C35: a command gives up after its 50 ms, and after five in a row none is tried for a second', async () => {
  const breaker = createRedisBreaker(50)
  let tried = 0
  const ask = (reply: () => Promise<string>) =>
    breaker.run(() => {
      tried += 1
      return reply()
    })
  for (let failures = 1; failures <= 5; failures += 1) {
    const answer = expect(ask(silence)).rejects.toThrow('no reply within 50 ms')
    await vi.advanceTimersByTimeAsync(50)
    await new Promise(setImmediate)
    await answer
    expect(tried).toBe(failures)
  }
  expect(breaker.isClosed()).toBe(false)
  for (let index = 0; index < 100; index += 1) await expect(ask(silence)).rejects.toThrow()
  expect(tried).toBe(5)

  await vi.advanceTimersByTimeAsync(1_000)
  expect(await ask(async () => 'PONG')).toBe('PONG')
  expect([tried, breaker.isClosed()]).toEqual([6, true])
})

test('a reply that has arrived counts, though the timer of a busy process comes first', async () => {
  const { promise, resolve } = Promise.withResolvers<string>()
  const answer = inTime(promise, 50)
  vi.advanceTimersByTime(50)
  resolve('there all along')
  expect(await answer).toBe('there all along')
})
