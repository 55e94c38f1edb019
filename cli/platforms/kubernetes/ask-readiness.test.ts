import { expect, test } from 'vitest'
import { askReadiness } from './ask-readiness.ts'

const pod = { name: 'orders-a', readiness: { port: 8081, path: '/health?check=ready' } }
const signal = AbortSignal.timeout(5_000)
const asked = (status: number, body: string) =>
  askReadiness({ client: { askPod: async () => ({ status, body }) }, namespace: 'shop', pod, signal })

test('names the checks that are down', async () => {
  const body = JSON.stringify({ status: 'unavailable', checks: { database: 'down', cache: 'up' } })
  expect(await asked(503, body)).toEqual({
    kind: 'failed',
    words: 'GET /health?check=ready answered 503 (database: down)',
  })
})

test('quotes any other answer', async () => {
  expect(await asked(500, 'oh\n no')).toEqual({
    kind: 'failed',
    words: 'GET /health?check=ready answered 500 (oh no)',
  })
  expect(await asked(404, '')).toEqual({ kind: 'failed', words: 'GET /health?check=ready answered 404' })
})

test('what the API server says itself is told as such: nothing listens there', async () => {
  const message = 'error trying to reach service: dial tcp 10.244.0.16:8081: connect: connection refused'
  const body = JSON.stringify({ kind: 'Status', apiVersion: 'v1', message, code: 503 })
  expect(await asked(503, body)).toEqual({ kind: 'failed', words: `GET /health?check=ready: ${message}` })
})

test('an answer that is well is none to tell', async () => {
  expect(await asked(200, 'ok')).toEqual({ kind: 'passed' })
})

test('who may not ask, says so and throws nothing', async () => {
  const askPod = () => Promise.reject(new Error('forbidden'))
  const answer = await askReadiness({ client: { askPod }, namespace: 'shop', pod, signal })
  expect(answer).toEqual({ kind: 'not-asked', words: 'forbidden' })
})
