import { expect, test } from 'vitest'
import type { EntryPoint } from '../platforms/platform.ts'
import type { SmokeCheck } from './checks.ts'
import { runChecks } from './run-checks.ts'

const check: SmokeCheck = {
  service: 'catalog',
  name: 'lists',
  method: 'GET',
  path: '/products',
  expect: { status: 200 },
}
const entry: EntryPoint = { url: 'http://entry.invalid', headers: {} }
const signal = new AbortController().signal

const closed = () => Promise.reject(new TypeError('fetch failed', { cause: new Error('other side closed') }))
/** Closes the first connections and answers then; counts all of them. */
const closing = (times: number, status = 200) => {
  const seen = { asked: 0 }
  const fetch = async () => {
    seen.asked += 1
    return seen.asked <= times ? closed() : new Response('{}', { status })
  }
  return { fetch, seen }
}

test('a connection that the release itself closes fails the check at once', async () => {
  const { fetch, seen } = closing(1)
  const [result] = await runChecks([check], { entry, secondsPerCheck: 1, signal, fetch })
  expect(result?.failure).toBe('GET /products: other side closed')
  expect(seen.asked).toBe(1)
})

test('where the way may break by itself, what got no answer is asked again', async () => {
  const { fetch, seen } = closing(2)
  const tunnel = { ...entry, confirm: async () => undefined }
  const [result] = await runChecks([check], { entry: tunnel, secondsPerCheck: 2, signal, fetch })
  expect(result?.failure).toBeNull()
  expect(seen.asked).toBe(3)
})

test('an answer that is wrong is not asked for again', async () => {
  const { fetch, seen } = closing(0, 500)
  const tunnel = { ...entry, confirm: async () => undefined }
  const [result] = await runChecks([check], { entry: tunnel, secondsPerCheck: 2, signal, fetch })
  expect(result?.failure).toContain('answered 500')
  expect(seen.asked).toBe(1)
})

/** Answers `503` as a front door does that reaches no pod, then what the service says. */
const settling = (times: number) => {
  const seen = { asked: 0 }
  const fetch = async () => {
    seen.asked += 1
    return new Response('{}', { status: seen.asked <= times ? 503 : 200 })
  }
  return { fetch, seen }
}

test('where nodes learn late of new pods, a front door that does not reach them yet is asked again', async () => {
  const tunnel = { ...entry, confirm: async () => undefined }
  const { fetch, seen } = settling(3)
  const [result] = await runChecks([check], { entry: tunnel, secondsPerCheck: 2, signal, fetch })
  expect(result?.failure).toBeNull()
  expect(seen.asked).toBe(4)
})

test('a front door that never reaches its service fails the check, with its own words', async () => {
  const tunnel = { ...entry, confirm: async () => undefined }
  const { fetch, seen } = settling(Number.POSITIVE_INFINITY)
  const [result] = await runChecks([check], { entry: tunnel, secondsPerCheck: 0.2, signal, fetch })
  expect(result?.failure).toContain('answered 503')
  expect(seen.asked).toBeGreaterThan(1)
})

test('where nothing stands between, a service that says that it cannot is not asked again', async () => {
  const { fetch, seen } = settling(1)
  const [result] = await runChecks([check], { entry, secondsPerCheck: 2, signal, fetch })
  expect(result?.failure).toContain('answered 503')
  expect(seen.asked).toBe(1)
})

test('a way that leads nowhere is no failure of the release', async () => {
  const broken = { ...entry, confirm: () => Promise.reject(new Error('the API server gave no answer')) }
  const asked = runChecks([check], { entry: broken, secondsPerCheck: 0.3, signal, fetch: closed })
  await expect(asked).rejects.toThrow('the API server gave no answer')
})

test('a way that is fine leaves the blame where it belongs', async () => {
  const tunnel = { ...entry, confirm: async () => undefined }
  const [result] = await runChecks([check], { entry: tunnel, secondsPerCheck: 0.3, signal, fetch: closed })
  expect(result?.failure).toBe('GET /products: other side closed')
})
