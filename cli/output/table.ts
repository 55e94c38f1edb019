import { printable, widthOf } from './printable.ts'

export type Column<Row> = {
  readonly title: string
  readonly value: (row: Row) => string
  readonly align?: 'left' | 'right'
  /** Colours a cell after it was measured. */
  readonly paint?: (text: string, row: Row) => string
}

export type TableRequest<Row> = {
  readonly columns: readonly Column<Row>[]
  readonly rows: readonly Row[]
  /** Width of the terminal; null where there is none: then a row is always one line. */
  readonly width: number | null
}

const gap = '  '

/** Aligned columns under their titles; where the terminal is too narrow, one field on each line instead. */
export const renderTable = <Row>({ columns, rows, width }: TableRequest<Row>): string => {
  const cells = rows.map((row) => columns.map(({ value }) => printable(value(row)).replaceAll('\n', ' ')))
  const widths = columns.map(({ title }, index) =>
    Math.max(widthOf(title), ...cells.map((line) => widthOf(line[index] ?? ''))),
  )
  const total = widths.reduce((sum, one) => sum + one, 0) + gap.length * (columns.length - 1)
  if (width !== null && total > width) return renderFields({ columns, rows, cells })

  const line = (texts: readonly string[], row: Row | null): string =>
    columns
      .map((column, index) => {
        const text = texts[index] ?? ''
        const space = ' '.repeat(Math.max(0, (widths[index] ?? 0) - widthOf(text)))
        const painted = row === null ? text : (column.paint?.(text, row) ?? text)
        return column.align === 'right' ? space + painted : painted + space
      })
      .join(gap)
      .trimEnd()
  const titles = line(
    columns.map(({ title }) => title),
    null,
  )
  return [titles, ...rows.map((row, index) => line(cells[index] ?? [], row))].join('\n')
}

type Fields<Row> = Pick<TableRequest<Row>, 'columns' | 'rows'> & { readonly cells: readonly (readonly string[])[] }

const renderFields = <Row>({ columns, rows, cells }: Fields<Row>): string => {
  const titleWidth = Math.max(...columns.map(({ title }) => widthOf(title)))
  const record = (row: Row, texts: readonly string[]): string =>
    columns
      .flatMap(({ title, paint }, index) => {
        const text = texts[index] ?? ''
        return text === '' ? [] : [`${title.padEnd(titleWidth)}  ${paint?.(text, row) ?? text}`]
      })
      .join('\n')
  return rows.map((row, index) => record(row, cells[index] ?? [])).join('\n\n')
}
