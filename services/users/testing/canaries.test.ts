import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { findCanaries } from './canaries.ts'

const canary = 'Canary/pass+word 1/longer'

test.each([
  ['as it is', canary],
  ['in a JSON string', JSON.stringify({ password: canary })],
  ['URL-encoded', `?password=${encodeURIComponent(canary)}`],
  ['base64', Buffer.from(canary).toString('base64')],
  ['base64 after a user name', Buffer.from(`order-management:${canary}`).toString('base64')],
  ['base64 after two more characters', Buffer.from(`xy${canary}tail`).toString('base64')],
  ['base64url', Buffer.from(canary).toString('base64url')],
  ['as the hex digits of a bytea', Buffer.from(canary).toString('hex')],
  ['as SHA-1', createHash('sha1').update(canary).digest('hex')],
])('a canary is found %s', (_, text) => {
  expect(findCanaries({ password: canary }, [{ name: 'log', text: `before ${text} after` }])).toEqual([
    'password in log',
  ])
})

test('its SHA-256 is no find, nor is anything else', () => {
  const text = `${createHash('sha256').update(canary).digest('hex')} Canary pass word`
  expect(findCanaries({ password: canary }, [{ name: 'log', text }])).toEqual([])
})
