import { expect, test } from 'vitest'
import { defaultRetryPolicy, waitMilliseconds } from './retry-policy.ts'

const attempts = [1, 2, 3, 4, 5, 6, 7, 8]
const waits = (random: number) =>
  attempts.map((made) => waitMilliseconds(made, { ...defaultRetryPolicy, random: () => random }))

test('between eight attempts are 1, 2, 4, 8, 16, 32 and 60 s, and none after the last', () => {
  expect(waits(0.5)).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, null])
})

test('each wait is up to a fifth shorter or longer', () => {
  expect(waits(0)).toEqual([800, 1_600, 3_200, 6_400, 12_800, 25_600, 48_000, null])
  expect(waits(1)).toEqual([1_200, 2_400, 4_800, 9_600, 19_200, 38_400, 72_000, null])
})
