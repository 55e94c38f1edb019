import { expect, test } from 'vitest'
import { execExitCode } from './exec-end.ts'

const wait = { deadlineSeconds: 5, pollMilliseconds: 1, signal: AbortSignal.timeout(10_000) }
const runs = { Running: true, ExitCode: null }

test('the exit code comes when the program has ended, also a moment later', async () => {
  const states = [runs, { Running: false, ExitCode: null }, { Running: false, ExitCode: 3 }]
  expect(await execExitCode({ inspect: async () => states.shift() ?? runs }, wait)).toBe(3)
})

test.each([
  ['a program that hangs', async () => runs],
  ['an engine that hangs', () => new Promise<typeof runs>(() => undefined)],
])('%s is not waited for past the deadline', async (_, inspect) => {
  expect(await execExitCode({ inspect }, { ...wait, deadlineSeconds: 0.05 })).toBeNull()
})

test('nor past an interruption', async () => {
  const stop = new AbortController()
  const waiting = execExitCode({ inspect: async () => runs }, { ...wait, signal: stop.signal })
  stop.abort()
  expect(await waiting).toBeNull()
})
