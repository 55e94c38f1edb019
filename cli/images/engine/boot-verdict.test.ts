import { expect, test } from 'vitest'
import { type BootObservation, bootVerdict } from './boot-verdict.ts'

const exited = (exitCode: number, log: readonly string[] = ['a line']): BootObservation => ({
  state: 'exited',
  exitCode,
  outOfMemory: false,
  log,
})

test.each<[string, BootObservation]>([
  ['answers its health check', { state: 'answers' }],
  ['refuses to start without settings, and says so', exited(78)],
])('an image that %s boots', (_, observed) => {
  expect(bootVerdict(observed)).toEqual({ boots: true })
})

test.each<[string, BootObservation, RegExp]>([
  ['crashes', exited(1), /exited 1/],
  ['ends well, though it should serve', exited(0), /exited 0/],
  ['says nothing about its settings', exited(78, []), /without saying/],
  [
    'runs out of memory',
    { ...exited(137), state: 'exited', outOfMemory: true, exitCode: 137, log: [] },
    /out of memory/,
  ],
  ['cannot be started', { state: 'not-started', words: 'exec format error' }, /exec format error/],
  ['hangs', { state: 'silent', seconds: 10, log: [] }, /within 10 s/],
])('an image that %s does not boot', (_, observed, reason) => {
  expect(bootVerdict(observed)).toEqual({ boots: false, reason: expect.stringMatching(reason) })
})
