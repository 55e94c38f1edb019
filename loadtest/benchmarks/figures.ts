export type Figure = {
  readonly label: string
  readonly unit: string
  /** One for each round. */
  readonly values: readonly number[]
  /** What was promised, in the same unit; null where nothing was. */
  readonly atMost: number | null
}

const sorted = (values: readonly number[]): readonly number[] => values.toSorted((left, right) => left - right)

export const medianOf = (values: readonly number[]): number => {
  const inOrder = sorted(values)
  return inOrder[Math.floor(inOrder.length / 2)] ?? Number.NaN
}

const shown = (value: number): string => (value < 10 ? value.toFixed(2) : value.toFixed(0))

const rowOf = ({ label, unit, values, atMost }: Figure): readonly string[] => {
  const inOrder = sorted(values)
  const [least = Number.NaN] = inOrder
  const cells = [medianOf(values), least, inOrder.at(-1) ?? Number.NaN].map(shown)
  const promise = atMost === null ? '' : medianOf(values) <= atMost ? `≤ ${atMost}` : `MISSED ≤ ${atMost}`
  return [label, unit, ...cells, String(values.length), promise]
}

const titles = ['', 'unit', 'median', 'min', 'max', 'n', 'promised']

/** Aligned columns, one figure a line. */
export const renderFigures = (figures: readonly Figure[]): string => {
  const rows = [titles, ...figures.map(rowOf)]
  const widths = titles.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
  return rows.map((row) => line(row).trimEnd()).join('\n')
}

export const isMissed = ({ values, atMost }: Figure): boolean => atMost !== null && !(medianOf(values) <= atMost)
