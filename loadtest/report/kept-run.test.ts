import { expect, it } from 'vitest'
import { parseKeptRun, UnreadableRun } from './kept-run.ts'
import { smallRun } from './testing/small-run.ts'

const run = smallRun()

const refusal = (text: string): string => {
  try {
    parseKeptRun(text)
  } catch (error) {
    if (error instanceof UnreadableRun) return error.message
    throw error
  }
  return 'none'
}

it('a run is read as it was kept', () => {
  expect(parseKeptRun(JSON.stringify(run))).toEqual(run)
})

it.each([
  ['<html>', 'it is not JSON'],
  ['[1]', 'it does not say its version'],
  ['{"result":{}}', 'it does not say its version'],
  [JSON.stringify({ ...run, version: 2 }), 'it is of version 2, and only version 1 is known'],
  [JSON.stringify({ ...run, version: '1' }), 'it is of version "1", and only version 1 is known'],
])('%.40s is refused with its reason', (text, reason) => {
  expect(refusal(text)).toBe(reason)
})

it('what is wrong is named by its place', () => {
  const wrong = { ...run, result: { ...run.result, workers: 0 } }
  expect(refusal(JSON.stringify(wrong))).toMatch(/^result\.workers is wrong: /)
})

it('a histogram that is cut off is no histogram', () => {
  const [window, ...rest] = run.result.windows
  const broken = { ...window, generator: { ...window?.generator, lag: '_' } }
  expect(refusal(JSON.stringify({ ...run, result: { ...run.result, windows: [broken, ...rest] } }))).toBe(
    'a histogram ends in the middle of a number',
  )
})
