import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { runTool } from '../tools/run-tool.ts'
import { gitCall } from './git-call.ts'
import { readAncestry } from './read-ancestry.ts'

const { signal } = new AbortController()
let repository = ''
let older = ''
let newer = ''

const git = async (...args: readonly string[]): Promise<string> => {
  const identity = ['-c', 'user.name=Ada', '-c', 'user.email=ada@shop.test', '-c', 'commit.gpgsign=false']
  const { exitCode, stdout, stderr } = await runTool(gitCall(repository, ...identity, ...args), signal)
  if (exitCode !== 0) throw new Error(stderr)
  return stdout.trim()
}
const committed = async (subject: string): Promise<string> => {
  await git('commit', '-q', '--allow-empty', '-m', subject)
  return git('rev-parse', 'HEAD')
}
const ancestry = (sha: string, place = repository) => readAncestry({ repository: place, sha }, { run: runTool, signal })

beforeAll(async () => {
  repository = await mkdtemp(join(tmpdir(), 'shopctl-ancestry-'))
  await git('init', '-q')
  older = await committed('Sell')
  newer = await committed('Sell more')
  await git('checkout', '-q', '--detach', older)
})
afterAll(() => rm(repository, { recursive: true }))

test('what is checked out is in its own history, what came after is not', async () => {
  expect(await ancestry(older)).toBe('in-history')
  expect(await ancestry(newer)).toBe('not-in-history')
  await git('checkout', '-q', '--detach', newer)
  expect(await ancestry(older)).toBe('in-history')
})

test('a commit that the clone does not hold, words that are no commit and a folder without git are unknown', async () => {
  expect(await ancestry('d'.repeat(40))).toBe('unknown')
  expect(await ancestry('--all')).toBe('unknown')
  expect(await ancestry(older, tmpdir())).toBe('unknown')
})
