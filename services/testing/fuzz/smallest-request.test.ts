import { expect, test } from 'vitest'
import type { FuzzRequest } from './fuzz-request.ts'
import { smallestRequest } from './smallest-request.ts'

const request: FuzzRequest = {
  kind: 'many faults',
  actor: 'user',
  method: 'POST',
  target: '/things?a=1&limit=0&b=2',
  headers: { 'content-type': 'application/json', 'if-match': '"1"' },
  body: JSON.stringify({ name: 'Long enough', lines: [{ count: 1 }, { count: -1, note: 'x' }], extra: null }),
}

test('what a fault needs stays, and all else goes', async () => {
  const asked: FuzzRequest[] = []
  const smallest = await smallestRequest(request, async (simpler) => {
    asked.push(simpler)
    return simpler.target.includes('limit=0') && simpler.body?.includes('-1') === true
  })
  expect(smallest).toEqual({ ...request, target: '/things?limit=0', headers: {}, body: '{"lines":[{"count":-1}]}' })
  expect(asked.length).toBeLessThan(60)
})

test('what is no JSON is halved, and what fails only once stays as it was', async () => {
  const odd = { ...request, target: '/things', headers: {}, body: `{"a":${'['.repeat(100)}` }
  const smallest = await smallestRequest(odd, async ({ body }) => body?.includes('[[') === true)
  expect(smallest.body).toMatch(/^.{0,2}\[\[$/)
  expect(await smallestRequest(odd, async () => false)).toEqual(odd)
})
