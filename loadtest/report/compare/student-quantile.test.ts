import { expect, it } from 'vitest'
import { normalQuantile, studentQuantile } from './student-quantile.ts'

it('is what the tables of the normal distribution say', () => {
  expect(normalQuantile(0.5)).toBeCloseTo(0, 8)
  expect(normalQuantile(0.975)).toBeCloseTo(1.959964, 6)
  expect(normalQuantile(0.025)).toBeCloseTo(-1.959964, 6)
  expect(normalQuantile(0.9999)).toBeCloseTo(3.719016, 6)
})

it.each([
  [9, 0.975, 2.262],
  [9, 0.995, 3.25],
  [9, 0.9995, 4.781],
  [19, 0.975, 2.093],
  [19, 0.9995, 3.883],
])('is what the tables of Student say: %i degrees, %f', (degrees, share, table) => {
  expect(studentQuantile(share, degrees) / table).toBeCloseTo(1, 2)
})
