import { parse } from '@oclif/core/parser'
import { expect, test } from 'vitest'
import { eventRangeFlags, eventRangeOf } from './event-flags.ts'

async function rangeOf(...words: readonly string[]) {
  const { flags } = await parse([...words], { flags: eventRangeFlags })
  return eventRangeOf(flags)
}

test.each([
  ['2026-11-22', '2026-11-22T00:00:00.000Z'],
  ['2028-02-29', '2028-02-29T00:00:00.000Z'],
  ['2026-11-22T13:37Z', '2026-11-22T13:37:00.000Z'],
  ['2026-11-22T00:37:05.25+01:00', '2026-11-21T23:37:05.250Z'],
])('%s is a moment', async (typed, moment) => {
  expect(await rangeOf('--from', typed)).toMatchObject({ from: moment })
})

test.each([
  'yesterday',
  '2026-02-30',
  '2026-02-29',
  '2026-04-31T13:37Z',
  '2026-13-01',
  '2026-11-22T25:00Z',
  '2026-11-22T13:37',
])('%s is none', async (typed) => {
  await expect(rangeOf('--to', typed)).rejects.toThrow(`not "${typed}"`)
})

test.each([
  ['2026-11-23', '2026-11-22'],
  ['2026-11-22', '2026-11-22'],
  ['2026-11-22T12:00Z', '2026-11-22T12:30+01:00'],
])('from %s to %s there is no moment', async (from, to) => {
  await expect(rangeOf('--from', from, '--to', to)).rejects.toThrow('--from is a moment before --to')
})
