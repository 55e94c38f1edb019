import { formatBasisPoints, formatMoney } from './format-money.ts'
import type { Box, CellMaker } from './invoice-cells.ts'
import type { InvoiceLine, InvoiceSnapshot } from './invoice-snapshot.ts'
import type { Block, Row, Style } from './page-flow.ts'
import { contentWidth, edge, styles } from './page-geometry.ts'

const item = { x: edge.left, width: 178 } as const
const columns = {
  quantity: { x: 230, width: 34 },
  unitPrice: { x: 272, width: 82 },
  rate: { x: 362, width: 34 },
  tax: { x: 404, width: 66 },
  amount: { x: 478, width: edge.right - 478 },
} as const satisfies Record<string, Box>
const rule = { x: edge.left, width: contentWidth } as const

type Figures = Readonly<Record<keyof typeof columns, string>>

/** A row for each line of the order; their names come again on each page. */
export function tableBlocks(snapshot: InvoiceSnapshot, cells: CellMaker): readonly Block[] {
  const { lines, currency } = snapshot
  if (lines.length === 0) return []
  const header: Row = {
    leading: 12,
    above: 0,
    cells: [cells.wrapped(item, [small('Item')]), ...figures(names, styles.small)],
  }
  return [{ rows: [{ ...header, above: 26 }] }, ...lines.map((line) => ({ rows: [rowOf(line)], header }))]

  function rowOf(line: InvoiceLine): Row {
    const name = cells.wrapped(item, [{ text: line.name, style: styles.body }, small(line.sku)])
    return { leading: 12, above: 9, rule, cells: [name, ...figures(figuresOf(line, currency), styles.body)] }
  }

  function figures(texts: Figures, style: Style) {
    return [
      cells.figure(columns.quantity, texts.quantity, style),
      cells.figure(columns.unitPrice, texts.unitPrice, style),
      cells.figure(columns.rate, texts.rate, style),
      cells.figure(columns.tax, texts.tax, style),
      cells.figure(columns.amount, texts.amount, style),
    ]
  }
}

const names: Figures = {
  quantity: 'Quantity',
  unitPrice: 'Unit price',
  rate: 'Tax rate',
  tax: 'Tax',
  amount: 'Net amount',
}

const figuresOf = (line: InvoiceLine, currency: string): Figures => ({
  quantity: String(line.quantity),
  unitPrice: formatMoney(line.unit_price_cents, currency),
  rate: formatBasisPoints(line.tax_basis_points),
  tax: formatMoney(line.tax_cents, currency),
  amount: formatMoney(line.total_cents, currency),
})

const small = (text: string) => ({ text, style: styles.small })
