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

test('secrets are redacted, also one level down', () => {
  const { logger, lines } = keptLog()
  logger.info({ password: 'canary', headers: { authorization: 'canary' }, body: { refresh_token: 'canary' } }, 'in')
  expect(JSON.stringify(lines())).not.toContain('canary')
})
