import { expect, test } from 'vitest'
import { ShopctlError } from '../errors/shopctl-error.ts'
import type { Platform } from '../platforms/platform.ts'
import type { Ancestry } from '../releases/read-ancestry.ts'
import type { Commit, ReleaseRecord } from '../releases/release.ts'
import { aRelease } from '../releases/testing/a-release.ts'
import { requireSameSource } from './require-same-source.ts'
import { failureOf } from './testing/failure-of.ts'

const commit = (letter: string, state: 'clean' | 'dirty' = 'clean'): Commit => ({
  sha: letter.repeat(40),
  subject: 'Sell more',
  author: 'Ada',
  dirty: state === 'dirty',
})

type Case = { readonly there: Commit | null; readonly here: Commit | null; readonly ancestry?: Ancestry }
type Rendering = (release: ReleaseRecord) => Platform['render']

const same: Rendering = (release) => async () => release
const otherwise: Rendering = (release) => async () => ({ ...release, shared: { kind: 'Ingress' } })
const notAtAll: Rendering = () => () =>
  Promise.reject(new ShopctlError({ code: 'AWS_NOT_LOGGED_IN', outcome: 'refused', what: 'AWS wants a login.' }))

const required = ({ there, here, ancestry = 'in-history' }: Case, rendering: Rendering) => {
  const release = aRelease({ number: 12, services: { users: 'a', catalog: 'b' }, commit: there })
  const platform = { render: rendering(release) }
  return requireSameSource({ release, here, ancestry: async () => ancestry, platform, forced: 'by force' })
}

test('at the commit of the release nothing is rendered', async () => {
  await required({ there: commit('a'), here: commit('a') }, notAtAll)
})

const cases: readonly (Case & { readonly title: string; readonly why: string; readonly fix: string })[] = [
  {
    title: 'another commit',
    there: commit('a'),
    here: commit('b'),
    why: 'it was made of aaaaaaaaaaaa, and here is bbbbbbbbbbbb',
    fix: `git checkout ${'a'.repeat(40)}`,
  },
  {
    title: 'changes here that no commit has',
    there: commit('a'),
    here: commit('a', 'dirty'),
    why: 'here is aaaaaaaaaaaa with changes that no commit has',
    fix: 'git stash',
  },
  {
    title: 'changes there that no commit has',
    there: commit('a', 'dirty'),
    here: commit('a'),
    why: 'it was made of aaaaaaaaaaaa and of changes that no commit has',
    fix: 'deploy --env staging',
  },
  {
    title: 'no commit there',
    there: null,
    here: commit('a'),
    why: 'its record names no commit',
    fix: 'deploy --env staging',
  },
]

test.each(cases)('with $title it is refused where the manifests come out otherwise', async ({ why, fix, ...sides }) => {
  const error = await failureOf(required(sides, otherwise))
  expect(error).toMatchObject({ code: 'SOURCE_DIFFERS', exitCode: 3, message: expect.stringContaining('release 12') })
  expect(error.why).toEqual([why, 'its manifests come out otherwise here'])
  expect(error.fix[0]).toContain(fix)
  expect(error.fix.at(-1)).toBe('by force')
})

test.each(cases)('with $title it goes on where the manifests are those that were tested', async (sides) => {
  await required(sides, same)
})

test('a release of a newer commit than is checked out is refused, although its manifests are the same', async () => {
  const newer = { there: commit('b'), here: commit('a'), ancestry: 'not-in-history' } as const
  const error = await failureOf(required(newer, same))
  expect(error).toMatchObject({ code: 'SOURCE_DIFFERS', exitCode: 3 })
  expect(error.why).toEqual([
    'it was made of bbbbbbbbbbbb, and here is aaaaaaaaaaaa',
    'bbbbbbbbbbbb is not in the history of what is checked out here',
  ])
  expect(error.fix).toEqual([`git checkout ${'b'.repeat(40)}`, 'by force'])
})

test('a release of a commit that this clone does not hold is refused, and says how to get it', async () => {
  const error = await failureOf(required({ there: commit('b'), here: commit('a'), ancestry: 'unknown' }, same))
  expect(error.why[1]).toBe('this clone does not hold bbbbbbbbbbbb')
  expect(error.fix).toEqual(['git fetch --tags', `git checkout ${'b'.repeat(40)}`, 'by force'])
})

test('without a commit here nothing shows what the release was made of', async () => {
  const error = await failureOf(required({ there: commit('a'), here: null, ancestry: 'unknown' }, same))
  expect(error.why).toEqual(['there is no commit here', 'this clone does not hold aaaaaaaaaaaa'])
})

test('changes here that no commit has are looked at by the manifests alone', async () => {
  await required({ there: commit('a'), here: commit('a', 'dirty'), ancestry: 'unknown' }, same)
})

test('what cannot be rendered here is refused, and says why it could not', async () => {
  const error = await failureOf(required({ there: commit('a'), here: commit('b') }, notAtAll))
  expect(error.why.at(-1)).toBe('its manifests could not be rendered here: AWS wants a login.')
})
