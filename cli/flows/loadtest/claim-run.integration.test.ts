import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { failureOf } from '../testing/failure-of.ts'
import { claimRun } from './claim-run.ts'
import { keepNote, type RunNote } from './run-files.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'shopctl-claim-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const since = '2026-11-23T22:40:05.000Z'
const means = { environment: 'local', who: 'ada@laptop', now: () => new Date(since) }
const claim = (environment = 'local') => claimRun(directory, { ...means, environment })
const notes = async () => (await readdir(directory)).filter((name) => name.endsWith('.made.json'))

/** Of a process with this one's id that began at another time: its id is used again. */
const killed = (run: string, password: string | null): RunNote => {
  const holder = { processId: process.pid, processStart: 'another', who: 'bob', since }
  return { environment: 'local', run, password, accounts: [], holder }
}

test('a second run beside a living one is refused with who runs it, and leaves the note of that one alone', async () => {
  const { note } = await claim()
  await keepNote(directory, { ...note, password: 'its word' })
  const failure = await failureOf(claim())
  expect(failure).toMatchObject({ code: 'LOAD_RUNNING', outcome: 'refused', exitCode: 3 })
  expect(failure.why).toEqual([`ada@laptop runs load test ${note.run} as process ${process.pid} since ${since}`])
  expect(await notes()).toEqual([`local-${note.run}.made.json`])
})

test('of runs that begin at the same moment never two go on', async () => {
  const claims = await Promise.allSettled(Array.from({ length: 8 }, () => claim()))
  const going = claims.filter(({ status }) => status === 'fulfilled')
  expect(going.length).toBeLessThanOrEqual(1)
  expect(await notes()).toHaveLength(going.length)
})

test('another environment is free', async () => {
  await claim()
  expect((await claim('staging')).leftBehind).toEqual([])
})

test('what a killed run had made is told; one that had made nothing is forgotten', async () => {
  const made = killed('aaaa', 'its word')
  await keepNote(directory, made)
  await keepNote(directory, killed('bbbb', null))
  await writeFile(join(directory, 'local-cccc.made.json'), '{')
  const { note, leftBehind } = await claim()
  expect(leftBehind).toEqual([made])
  const expected = ['aaaa', 'cccc', note.run].map((run) => `local-${run}.made.json`)
  expect((await notes()).toSorted()).toEqual(expected.toSorted())
})

test('at its end a run lets go, and keeps noted what it could not remove', async () => {
  const first = await claim()
  await first.release()
  expect(await notes()).toEqual([])
  const second = await claim()
  await keepNote(directory, { ...second.note, password: 'its word' })
  await second.release()
  expect(await notes()).toEqual([`local-${second.note.run}.made.json`])
})
