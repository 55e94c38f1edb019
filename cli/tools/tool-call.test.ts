import { expect, test } from 'vitest'
import { redact } from './redact.ts'
import { renderToolCall } from './tool-call.ts'

test('a call prints as a line that a shell takes back', () => {
  const call = { program: 'git', args: ['log', '--format=%H %s', "it's"], timeoutSeconds: 5 }
  expect(renderToolCall(call)).toBe("git log '--format=%H %s' 'it'\\''s'")
})

test('variables and the directory are part of the printed call', () => {
  const call = { program: 'make', args: [], env: { NAME: 'a b' }, cwd: '/srv/shop', timeoutSeconds: 5 }
  expect(renderToolCall(call)).toBe("(cd /srv/shop && NAME='a b' make)")
})

test('a secret is not printed, whatever holds it', () => {
  const secret = 'p@ss/word'
  const env = { PASSWORD: secret, DATABASE_URL: `postgres://shop:${encodeURIComponent(secret)}@db/shop` }
  const printed = renderToolCall({ program: 'psql', args: [], env, secrets: [secret], timeoutSeconds: 5 })
  expect(printed).not.toContain(secret)
  expect(printed).not.toContain(encodeURIComponent(secret))
  expect(printed).toContain('PASSWORD=')
})

test('a secret that begins like another one leaves no rest', () => {
  expect(redact('key abcdef', ['abc', 'abcdef'])).toBe('key [redacted]')
})

test('an empty secret redacts nothing', () => {
  expect(redact('text', [''])).toBe('text')
})
