import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { withDatabaseLock } from './database-lock.ts'

let cache = ''
const signal = new AbortController().signal

beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'shopctl-lock-'))
})

afterEach(() => rmSync(cache, { recursive: true }))

test('of several at the same time one is at work', async () => {
  let inside = 0
  const seen: number[] = []
  const work = async () => {
    inside += 1
    seen.push(inside)
    await writeFile(join(cache, 'database'), 'x'.repeat(1_000_000))
    inside -= 1
  }
  await Promise.all([1, 2, 3].map(() => withDatabaseLock(cache, { signal, work })))
  expect(seen).toEqual([1, 1, 1])
})

test('a failed download gives the lock back', async () => {
  const failing = withDatabaseLock(cache, { signal, work: () => Promise.reject(new Error('no network')) })
  await expect(failing).rejects.toThrow('no network')
  expect(readdirSync(cache)).toEqual([])
})

test('a lock that a killed process left is taken over', async () => {
  const lock = join(cache, 'download.lock')
  mkdirSync(lock)
  const longAgo = new Date(Date.now() - 3_600_000)
  utimesSync(lock, longAgo, longAgo)
  expect(await withDatabaseLock(cache, { signal, work: async () => 'done' })).toBe('done')
})

test('who waits can be interrupted', async () => {
  mkdirSync(join(cache, 'download.lock'))
  const waiting = withDatabaseLock(cache, { signal: AbortSignal.abort(), work: async () => 'never' })
  await expect(waiting).rejects.toMatchObject({ code: 'INTERRUPTED' })
})
