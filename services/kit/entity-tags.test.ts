import { expect, test } from 'vitest'
import { entityTag, isUnchanged, replaceableVersions } from './entity-tags.ts'

test('a tag is the version, and what else makes the body', () => {
  expect(entityTag(7)).toBe('"7"')
  expect(entityTag(7, 3, 12)).toBe('"7.3.12"')
})

test.each([
  ['"7.3"', true],
  ['W/"7.3"', true],
  ['"1", "7.3"', true],
  ['*', true],
  ['"7"', false],
  ['7.3', false],
  [undefined, false],
])('If-None-Match: %s against "7.3" is %s', (header, unchanged) => {
  expect(isUnchanged(header, '"7.3"')).toBe(unchanged)
})

test.each([
  ['"7"', [7]],
  ['"7.3.12"', [7]],
  ['"x", "7.1" ,"8"', [7, 8]],
])('If-Match: %s may replace versions %j', (header, versions) => {
  expect(replaceableVersions(header)).toEqual(versions)
})

test.each(['*', ' * '])('If-Match: %s may replace whatever there is', (header) => {
  expect(replaceableVersions(header)).toBe('any')
})

test.each(['W/"7"', '7', '"*"', '*, W/"7"', '', '"99999999999"'])('If-Match: %s matches nothing', (header) => {
  expect(() => replaceableVersions(header)).toThrow('Somebody changed it')
})

test('a write without If-Match is told that it needs one', () => {
  expect(() => replaceableVersions(undefined)).toThrow('If-Match is required')
})
