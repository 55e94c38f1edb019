import { formatBasisPoints, formatMoney } from './format-money.ts'
import type { CellMaker } from './invoice-cells.ts'
import type { InvoiceSnapshot } from './invoice-snapshot.ts'
import type { Block, Row, Style } from './page-flow.ts'
import { edge, styles } from './page-geometry.ts'

const label = { x: 272, width: 140 } as const
const value = { x: 424, width: edge.right - 424 } as const
const rule = { x: label.x, width: edge.right - label.x } as const

/** The parts and their sum, together on one page. */
export function totalsBlock(snapshot: InvoiceSnapshot, { figure }: CellMaker): Block {
  const { subtotal_cents, tax_cents, shipping_cents, total_cents, corrects } = snapshot
  const money = (cents: number) => formatMoney(cents, snapshot.currency)
  const row = (texts: readonly [string, string], style: Style, above = 3): Row => ({
    leading: 13,
    above,
    cells: [figure(label, texts[0], style), figure(value, texts[1], style)],
  })
  const rates = taxByRate(snapshot)
  const shares = [...rates].map(([rate, cents]) =>
    row([`of it at ${formatBasisPoints(rate)}`, money(cents)], styles.small, 0),
  )
  return {
    rows: [
      {
        ...row(['Subtotal', money(subtotal_cents)], styles.body, 14),
        rule: { x: edge.left, width: edge.right - edge.left },
      },
      row(['Tax', money(tax_cents)], styles.body),
      ...(rates.size > 1 ? shares : []),
      row(['Shipping', money(shipping_cents)], styles.body),
      { ...row([corrects === null ? 'Total' : 'Total credited', money(total_cents)], styles.strong, 12), rule },
    ],
  }
}

function taxByRate({ lines }: InvoiceSnapshot): ReadonlyMap<number, number> {
  const rates = new Map<number, number>()
  for (const { tax_basis_points: rate, tax_cents } of lines) rates.set(rate, (rates.get(rate) ?? 0) + tax_cents)
  return rates
}
