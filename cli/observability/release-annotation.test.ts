import { expect, test } from 'vitest'
import { aRelease } from '../releases/testing/a-release.ts'
import { releaseAnnotation } from './release-annotation.ts'

const everything = { users: 'u1', catalog: 'c1', orders: 'o1' }
const before = aRelease({ number: 41, services: everything })
const commit = `commit ${'a'.repeat(12)} Change the catalogue (Ada)`

test('a deploy is told with its number, commit and who, from its beginning to its end', () => {
  const release = aRelease({ number: 42, services: { ...everything, catalog: 'c2' }, why: 'ticket 7' })
  expect(releaseAnnotation(release, before)).toEqual({
    time: Date.parse('2026-11-22T12:00:00.000Z'),
    timeEnd: Date.parse('2026-11-22T12:01:00.000Z'),
    tags: ['deploy', 'staging', 'succeeded', 'product-catalog'],
    text: `Release 42 of staging deployed (before: 41)\n${commit}\nby ada\nticket 7`,
  })
})

test('the first release brings every service', () => {
  const { tags, text } = releaseAnnotation(aRelease({ number: 1, services: everything, commit: null }), null)
  expect(tags).toEqual(['deploy', 'staging', 'succeeded', 'user-management', 'product-catalog', 'order-management'])
  expect(text).toBe('Release 1 of staging deployed (the first)\nby ada')
})

test('a rollback says what it went back to', () => {
  const release = aRelease({ number: 43, restores: 41, services: everything })
  const { tags, text } = releaseAnnotation(release, aRelease({ number: 42, services: { ...everything, orders: 'o2' } }))
  expect(tags).toEqual(['rollback', 'staging', 'succeeded', 'order-management'])
  expect(text).toContain('staging rolled back to release 41, as release 43 (before: 42)')
})

test('a promotion says where it was tested', () => {
  const release = aRelease({ number: 9, promotedFrom: { environment: 'staging', release: 42 }, environment: 'prod' })
  expect(releaseAnnotation(release, before).text).toContain(`release 42 of staging, ${commit}`)
})

test.each([
  ['rolled-back', 'rollback'],
  ['aborted', 'rollback'],
  ['failed', 'deploy'],
  ['unknown', 'deploy'],
] as const)('a deploy that ended %s is a %s and says what users are on', (state, kind) => {
  const what = 'catalog did not become healthy in staging; users stay on release 41.'
  const failure = { code: 'ROLLOUT_UNHEALTHY', what, why: [], fix: [] }
  const { tags, text } = releaseAnnotation(aRelease({ number: 42, state, failure }), before)
  expect(tags.slice(0, 3)).toEqual([kind, 'staging', state])
  expect(text.split('\n')[0]).toBe(what)
})
