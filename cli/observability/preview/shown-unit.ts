import { count, figure } from '../../../loadtest/report/figures-in-words.ts'
import type { Unit } from '../../../observability/dashboards/panel.ts'

/** How values of a unit are written so that a reader has few digits to read. */
export type ShownUnit = { readonly factor: number; readonly name: string }

type Size = { readonly from: number } & ShownUnit

/** The largest first; the last takes what is left. */
const sizes: Readonly<Record<Unit, readonly [...Size[], Size]>> = {
  share: [{ from: 0, factor: 100, name: '%' }],
  seconds: [
    { from: 7_200, factor: 1 / 3_600, name: 'h' },
    { from: 120, factor: 1 / 60, name: 'min' },
    { from: 1, factor: 1, name: 's' },
    { from: 0, factor: 1_000, name: 'ms' },
  ],
  bytes: [
    { from: 2 ** 30, factor: 2 ** -30, name: 'GiB' },
    { from: 2 ** 20, factor: 2 ** -20, name: 'MiB' },
    { from: 0, factor: 2 ** -10, name: 'KiB' },
  ],
  cores: [{ from: 0, factor: 1, name: 'cores' }],
  count: [{ from: 0, factor: 1, name: '' }],
  'requests-per-second': [{ from: 0, factor: 1, name: 'requests/s' }],
  'per-second': [{ from: 0, factor: 1, name: '/s' }],
  'per-minute': [{ from: 0, factor: 1, name: '/min' }],
}

/** By the largest value that is shown beside it. */
export const shownUnit = (unit: Unit, most: number): ShownUnit =>
  sizes[unit].find(({ from }) => Math.abs(most) >= from) ?? { factor: 1, name: '' }

/** Whole ones without a fraction: they were counted. */
const digits = (value: number): string => (Number.isInteger(value) ? count(value) : figure(value))

/** In the unit that suits this value alone. */
export const valueInWords = (value: number, unit: Unit): string => {
  const { factor, name } = shownUnit(unit, value)
  return `${digits(value * factor)} ${name}`.trimEnd()
}
