import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'

const contender = join(import.meta.dirname, 'testing', 'lock-contender.ts')
let directory: string
let children: ChildProcess[] = []

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'shopctl-lock-race-'))
})
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL')
  children = []
  await rm(directory, { recursive: true, force: true })
})

type Run = { readonly times: number; readonly holdMilliseconds: number; readonly timeToLiveSeconds?: number }

const start = ({ times, holdMilliseconds, timeToLiveSeconds = 30 }: Run): ChildProcess => {
  const words = [join(directory, 'lock'), join(directory, 'log'), times, holdMilliseconds, timeToLiveSeconds]
  const child = spawn(process.execPath, [contender, ...words.map(String)], { stdio: 'inherit' })
  children.push(child)
  return child
}

const lines = (): readonly string[] =>
  existsSync(join(directory, 'log')) ? readFileSync(join(directory, 'log'), 'utf8').trim().split('\n') : []

const ended = async (child: ChildProcess) => (child.exitCode === null ? await once(child, 'exit') : undefined)

test('processes that race for the lock are never in together', async () => {
  const racers = Array.from({ length: 4 }, () => start({ times: 12, holdMilliseconds: 2 }))
  await Promise.all(racers.map(ended))
  expect(racers.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0])
  const seen = lines()
  expect(seen).toHaveLength(4 * 12 * 2)
  for (let index = 0; index < seen.length; index += 2) {
    const [, who] = seen[index]?.split(' ') ?? []
    expect(seen[index]).toMatch(/^in /)
    expect(seen[index + 1]).toBe(`out ${who}`)
  }
})

test('after kill -9 of the holder the next one gets the lock at once and is told', async () => {
  const holder = start({ times: 1, holdMilliseconds: 60_000 })
  await vi.waitFor(() => expect(lines()).toHaveLength(1), { timeout: 10_000 })
  const waiting = start({ times: 1, holdMilliseconds: 0 })
  holder.kill('SIGKILL')
  await ended(waiting)
  expect(lines()[1]).toBe(`in ${waiting.pid} its process is gone`)
})

test('a holder that is only stopped loses the lock after its time to live', async () => {
  const holder = start({ times: 1, holdMilliseconds: 60_000, timeToLiveSeconds: 1 })
  await vi.waitFor(() => expect(lines()).toHaveLength(1), { timeout: 10_000 })
  holder.kill('SIGSTOP')
  const waiting = start({ times: 1, holdMilliseconds: 0 })
  await ended(waiting)
  expect(lines()[1]).toBe(`in ${waiting.pid} its time to live passed`)
})
