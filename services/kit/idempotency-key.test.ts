import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalJson, fingerprint, idempotencyHeaders } from './idempotency-key.ts'

const keyOf = (value?: string) => {
  const parsed = idempotencyHeaders.safeParse(value === undefined ? {} : { 'idempotency-key': value })
  return parsed.success ? parsed.data['idempotency-key'] : undefined
}

test('a key is the same with and without its quotes', () => {
  expect(keyOf('"k-1"')).toBe('k-1')
  expect(keyOf('k-1')).toBe('k-1')
  expect(keyOf(`"${'k'.repeat(255)}"`)).toHaveLength(255)
})

test.each([
  ['none', undefined],
  ['an empty one', ''],
  ['an empty one in quotes', '""'],
  ['256 characters', 'k'.repeat(256)],
  ['a control byte', 'k\t1'],
  ['a character beyond ASCII', 'clé'],
])('O2: %s is not a key', (_, value) => {
  expect(keyOf(value)).toBeUndefined()
})

test('O2: spacing and the order of keys do not change what was asked for', () => {
  const one: unknown = JSON.parse('{"a":1,"b":{"c":[1,2],"d":null}}')
  const other: unknown = JSON.parse('{ "b": { "d": null, "c": [1.0, 2] }, "a": 1 }')
  const parts = { method: 'POST', path: '/orders' }
  expect(fingerprint({ ...parts, body: one })).toBe(fingerprint({ ...parts, body: other }))
})

test('O2: another method, path, value, order of a list or name of a field is another request', () => {
  const body = { a: [1, 2] }
  const prints = [
    { method: 'POST', path: '/orders', body },
    { method: 'PUT', path: '/orders', body },
    { method: 'POST', path: '/order', body },
    { method: 'POST', path: '/orders', body: { a: [2, 1] } },
    { method: 'POST', path: '/orders', body: { b: [1, 2] } },
    { method: 'POST', path: '/orders', body: { a: ['1', 2] } },
    { method: 'POST', path: '/orders', body: JSON.parse('{"a":[1,2],"__proto__":{}}') },
  ].map(fingerprint)
  expect(new Set(prints).size).toBe(prints.length)
})

test('canonical JSON means what the JSON meant, and is the same again', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const once = canonicalJson(value)
      expect(JSON.parse(once)).toEqual(JSON.parse(JSON.stringify(value)))
      expect(canonicalJson(JSON.parse(once))).toBe(once)
    }),
  )
})
