import { expect, test } from 'vitest'
import { scriptedRunner } from '../tools/testing/scripted-runner.ts'
import { readSourceFacts } from './read-source-facts.ts'

const signal = new AbortController().signal
const git = 'GIT_OPTIONAL_LOCKS=0 git -C /shop'
const facts = (status: string, source: string) => {
  const { runTool: run } = scriptedRunner([
    { call: `${git} log -1 '--format=%H %cI'`, result: { stdout: 'abc123 2026-01-02T04:04:05+01:00\n' } },
    { call: `${git} config --get remote.origin.url`, result: { stdout: `${source}\n` } },
    { call: `${git} describe --tags --always`, result: { stdout: 'v1.2.3\n' } },
    { call: `${git} status --porcelain`, result: { stdout: status } },
  ])
  return readSourceFacts('/shop', { run, signal })
}

test('an image says its commit, and the time of that, not now', async () => {
  expect(await facts('', 'git@example.test:shop.git')).toEqual({
    revision: 'abc123',
    createdAt: '2026-01-02T03:04:05.000Z',
    source: 'git@example.test:shop.git',
    version: 'v1.2.3',
  })
})

test('changes that are not committed are told', async () => {
  expect((await facts(' M a.ts\n', '')).revision).toBe('abc123-dirty')
})

test("somebody's token in the address of the repository is in no image", async () => {
  expect((await facts('', 'https://ann:canary@example.test/shop.git')).source).toBe('https://example.test/shop.git')
})

test('without git everything is unknown, and the same every time', async () => {
  const { runTool: run } = scriptedRunner([])
  expect(await readSourceFacts('/shop', { run, signal })).toMatchObject({ revision: 'unknown', source: '' })
})
