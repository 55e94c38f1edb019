import { expect, test } from 'vitest'
import { compareReleases } from './compare-releases.ts'
import { aDigest, aRelease } from './testing/a-release.ts'

const now = new Date('2026-11-22T14:01:00Z')

test('two releases are shown side by side: services, settings, people, ages and the migrations between', () => {
  const older = aRelease({ number: 41, services: { catalog: 'a', orders: 'a/x', users: 'a' } })
  const between = aRelease({
    number: 42,
    state: 'rolled-back',
    migrations: [{ service: 'catalog', name: '0002_labels', reversible: false }],
  })
  const newer = aRelease({ number: 43, services: { catalog: 'b', orders: 'a/y', search: 'a' }, commit: null })
  const comparison = compareReleases(newer, older, { records: [newer, between, older], now })

  expect(comparison.services).toEqual([
    { service: 'catalog', change: 'changed', digest: { from: aDigest('b'), to: aDigest('a') }, settings: 'same' },
    { service: 'orders', change: 'changed', digest: { from: aDigest('a'), to: aDigest('a') }, settings: 'changed' },
    { service: 'search', change: 'removed', digest: { from: aDigest('a'), to: null }, settings: 'changed' },
    { service: 'users', change: 'added', digest: { from: null, to: aDigest('a') }, settings: 'changed' },
  ])
  expect(comparison.migrationsBetween).toEqual([
    { release: 42, service: 'catalog', name: '0002_labels', reversible: false },
  ])
  expect(comparison.from).toMatchObject({ release: 43, commit: null, author: null })
  expect(comparison.to).toMatchObject({ release: 41, author: 'Ada', subject: 'Change the catalogue', age: '2 h ago' })
})

test('equal releases differ in nothing', () => {
  const first = aRelease({ number: 1 })
  const second = aRelease({ number: 2 })
  expect(compareReleases(second, first, { records: [second, first], now }).services).toEqual([
    { service: 'catalog', change: 'same', digest: { from: aDigest('a'), to: aDigest('a') }, settings: 'same' },
  ])
})
