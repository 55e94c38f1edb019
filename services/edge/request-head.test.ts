import { expect, test } from 'vitest'
import { readRequestHead } from './request-head.ts'

test('G1: headers by which a client could claim to be someone stay outside', () => {
  const claims = [
    ...['X-User-Id', 'X-Role', 'X-Internal', 'X-Internal-Token', 'X-Original-URL', 'X-HTTP-Method-Override'],
    ...['X-Forwarded-For', 'X-Forwarded-Proto', 'X-Forwarded-Prefix', 'X-Real-IP', 'Forwarded', 'X-Shop-Release'],
  ]
  const head = readRequestHead(
    [...claims.flatMap((name) => [name, 'admin']), 'Authorization', 'Bearer a.b.c'],
    'public',
  )
  expect(head.passed).toEqual(['authorization', 'Bearer a.b.c'])
})

test('between services claims pass: only what belongs to the connection stays', () => {
  const raw = ['X-Forwarded-For', '10.0.0.1', 'Connection', 'keep-alive', 'TE', 'trailers', 'X-Internal', '1']
  expect(readRequestHead(raw, 'internal').passed).toEqual(['x-forwarded-for', '10.0.0.1', 'x-internal', '1'])
})

test.each([['public'], ['internal']] as const)(
  'hop-by-hop headers and those that Connection lists stay: %s',
  (policy) => {
    const raw = [
      'Connection',
      'close, X-Hop',
      'Keep-Alive',
      'timeout=5',
      'X-Hop',
      '1',
      'Upgrade',
      'h2c',
      'Accept',
      '*/*',
    ]
    expect(readRequestHead(raw, policy).passed).toEqual(['accept', '*/*'])
  },
)

test('Connection cannot take away what frames the message', () => {
  const raw = ['Connection', 'content-length, host', 'Content-Length', '2', 'Host', 'shop']
  expect(readRequestHead(raw, 'public').passed).toEqual(['content-length', '2', 'host', 'shop'])
})

test.each([
  ['a-Good_1.id', 'a-Good_1.id'],
  ['x'.repeat(64), 'x'.repeat(64)],
  ['x'.repeat(65), null],
  ['', null],
  ['two words', null],
  ['quote"', null],
  ['line\u2028', null],
])('X30: a request id is taken over only if it has the pattern: %s', (given, taken) => {
  expect(readRequestHead(['X-Request-ID', given], 'public').requestId).toBe(taken)
})

test('X30: two request ids are none', () => {
  expect(readRequestHead(['X-Request-ID', 'a', 'x-request-id', 'b'], 'public').requestId).toBeNull()
})

test('the preview token and the request id are read but not passed as they are', () => {
  const head = readRequestHead(['X-Release-Preview', 'token', 'X-Request-ID', 'r1'], 'internal')
  expect(head).toMatchObject({ previewToken: 'token', requestId: 'r1', passed: [] })
})

test.each([
  [[], false],
  [['Content-Length', '0'], false],
  [['Content-Length', '5'], true],
  [['Transfer-Encoding', 'chunked'], true],
])('a body is known by its framing: %j', (raw, hasBody) => {
  expect(readRequestHead(raw, 'public').hasBody).toBe(hasBody)
})

test('more than one host is counted', () => {
  expect(readRequestHead(['Host', 'a', 'Host', 'b'], 'public').hostCount).toBe(2)
})
