import { expect, test } from 'vitest'
import { type Comparison, isComparisonMissed, renderComparisons } from './comparisons.ts'

const comparison = (changes: Partial<Comparison>): Comparison => ({
  label: 'a deploy',
  unit: 's',
  shopctl: { values: [6, 4, 5] },
  helm: { values: [50] },
  kubectl: { values: [10] },
  promise: null,
  ...changes,
})

test('a row begins with the ratios of the medians', () => {
  expect(renderComparisons([comparison({})]).split('\n')).toEqual([
    '          × helm  × kubectl  unit  shopctl  helm  kubectl      n  promised',
    'a deploy    0.10       0.50  s        5.00    50       10  3/1/1',
  ])
})

test('a promise is held or missed by the median', () => {
  expect(isComparisonMissed(comparison({ promise: { atMost: 5 } }))).toBe(false)
  expect(isComparisonMissed(comparison({ promise: { atMost: 4.9 } }))).toBe(true)
  expect(isComparisonMissed(comparison({ promise: { ofHelm: 0.25 } }))).toBe(false)
  expect(isComparisonMissed(comparison({ promise: { ofHelm: 0.05 } }))).toBe(true)
})

test('without helm a part of its time is neither held nor missed, and the table says so', () => {
  const alone = comparison({ helm: { skipped: 'there is no Go' }, promise: { ofHelm: 0.25 } })
  expect(isComparisonMissed(alone)).toBe(false)
  const table = renderComparisons([alone, alone])
  expect(table).toContain('≤ 0.25 × helm, not measured')
  expect(table.match(/helm: skipped: there is no Go/g)).toHaveLength(1)
})

test('a measure that gave no number misses its promise', () => {
  expect(isComparisonMissed(comparison({ shopctl: { values: [Number.NaN] }, promise: { atMost: 5 } }))).toBe(true)
})
