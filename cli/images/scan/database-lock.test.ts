import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync } from 'node:fs'
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

test('the second begins when the first has ended', async () => {
  const events: string[] = []
  const held = Promise.withResolvers<void>()
  const begun = Promise.withResolvers<void>()
  const first = withDatabaseLock(cache, {
    signal,
    async work() {
      begun.resolve()
      await held.promise
      events.push('first ends')
    },
  })
  await begun.promise
  const second = withDatabaseLock(cache, { signal, work: async () => events.push('second begins') })
  held.resolve()
  await Promise.all([first, second])
  expect(events).toEqual(['first ends', 'second begins'])
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
