import { expect, test } from 'vitest'
import { keptLog } from './testing/test-app.ts'

test('a line is one JSON object with the shop’s field names', () => {
  const { logger, lines } = keptLog()
  logger.warn({ request_id: 'r1' }, 'line\nbreak \u2028 \u001b[31m')
  expect(lines()).toEqual([
    {
      level: 'WARN',
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      service: 'test',
      version: 'test',
      request_id: 'r1',
      message: 'line\nbreak \u2028 \u001b[31m',
    },
  ])
})

test('an error has type, code, message, stack and the stacks of its causes', () => {
  const { logger, lines } = keptLog()
  const cause = Object.assign(new Error('inner'), { code: 'ECONNREFUSED', config: { key: 'canary' } })
  logger.error({ error: new TypeError('outer', { cause }) }, 'failed')
  logger.error({ error: cause }, 'failed')
  const [outer, inner] = lines()
  expect(outer?.error).toMatchObject({
    type: 'TypeError',
    message: 'outer',
    stack: expect.stringContaining('Caused by: Error: inner'),
  })
  expect(inner?.error).toMatchObject({ type: 'Error', code: 'ECONNREFUSED' })
  expect(JSON.stringify(lines())).not.toContain('canary')
})

test('A10: secrets are redacted by the names of their fields, also two levels down', () => {
  const { logger, lines } = keptLog()
  logger.info({ password: 'canary', headers: { authorization: 'canary' }, body: { refresh_token: 'canary' } }, 'in')
  logger.info({ request: { headers: { 'Set-Cookie': 'canary', 'X-Api-Key': 'canary' } }, newPassword: 'canary' }, 'in')
  logger.info({ TOKEN_KEY: 'canary', client_secret: ['canary'], token_type: 'Bearer', expires_in_token: 900 }, 'in')
  expect(JSON.stringify(lines())).not.toContain('canary')
  expect(lines().at(-1)).toMatchObject({ token_type: 'Bearer', expires_in_token: 900 })
})

test.each([
  ['a password in a URL', 'postgres://shop:canary@db:5432/users'],
  ['a password with odd characters in a URL', 'redis://:canary"\\ü%40@cache:6379'],
  ['a bearer token', 'Authorization: Bearer canary-canary.canary_canary'],
  ['a JSON web token', 'got eyJhbGciOiJFUzI1NiJ9.eyJjYW5hcnkiOjF9.canary'],
  ['a token in a query', 'GET https://shop.example/verify?next=%2F&token=canary&x=1'],
  ['a token in a fragment', 'https://shop.example/reset#reset_token=canary'],
  ['a code in a query', '/callback?code=canary'],
])('%s is redacted in a message, a field and an error, and what surrounds it is kept', (_, text) => {
  const { logger, lines } = keptLog()
  logger.info({ url: text, list: [text], nested: { url: text }, status_code: 200 }, `before ${text} after`)
  logger.error({ error: new Error(text, { cause: new Error(text) }) }, 'failed')
  expect(JSON.stringify(lines())).not.toContain('canary')
  expect(lines()[0]).toMatchObject({ status_code: 200, message: expect.stringMatching(/^before .* after$/s) })
})

test('of a token in a link, what was cut to six characters stays', () => {
  const { logger, lines } = keptLog()
  logger.info('mail sent: https://shop.example/verify?token=abc-_6… and ?token=abcdefg…')
  expect(lines()[0]?.message).toBe('mail sent: https://shop.example/verify?token=abc-_6… and ?token=[redacted]')
})

test('what is no secret is not touched', () => {
  const { logger, lines } = keptLog()
  const text = 'GET /api/v1/products?limit=20&sort=-price; see https://shop.example:8443/a@b?key'
  logger.info({ route: '/api/v1/products/:id', ip: '::1', url: text }, text)
  expect(lines()[0]).toMatchObject({ route: '/api/v1/products/:id', ip: '::1', url: text, message: text })
})
