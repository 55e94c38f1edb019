import type { CellMaker } from './invoice-cells.ts'
import type { InvoiceParty, InvoiceSnapshot } from './invoice-snapshot.ts'
import type { Block, Cell, Row } from './page-flow.ts'
import { contentWidth, edge, styles } from './page-geometry.ts'

const left = { x: edge.left, width: 236 } as const
const labels = { x: 290, width: 46 } as const
const values = { x: labels.x + labels.width, width: edge.right - labels.x - labels.width } as const
const whole = { x: edge.left, width: contentWidth } as const
const leading = 12.5

/** What the document calls itself. */
export const titleOf = ({ corrects }: InvoiceSnapshot): string => (corrects === null ? 'Invoice' : 'Credit note')

/** Who sells, who buys, and which document this is. */
export function headBlocks(snapshot: InvoiceSnapshot, cells: CellMaker): readonly Block[] {
  const { seller, buyer, corrects } = snapshot
  const { wrapped, figure } = cells
  const names: Row = {
    leading: 15,
    above: 0,
    cells: [wrapped(left, [strong(seller.name)]), figure(whole, titleOf(snapshot), styles.title)],
  }
  const address = wrapped(left, [...addressOf(seller).map(body), small(`Tax number ${seller.tax_id}`)])
  const facts: Row = { leading, above: 8, cells: [address, ...factCells(snapshot, cells)] }
  const billed: Row = { leading, above: 22, cells: [wrapped(left, [small('Billed to')])] }
  const customer: Row = {
    leading,
    above: 2,
    cells: [wrapped(left, [strong(buyer.name), ...addressOf(buyer).map(body)])],
  }
  const reason = corrects === null ? [] : [body(`Corrects invoice ${corrects.number_text}. ${corrects.reason}`)]
  const correction: Row = { leading, above: 14, cells: [wrapped(whole, reason)] }
  return [{ rows: [names, facts, billed, customer, ...(corrects === null ? [] : [correction])] }]
}

/** Names of facts and the facts beside them, of which some take several lines. */
function factCells(snapshot: InvoiceSnapshot, { wrapped }: CellMaker): readonly Cell[] {
  const facts = factsOf(snapshot).map(([label, text]) => ({ label, value: wrapped(values, [body(text)]) }))
  const names = facts.flatMap(({ label, value }) => value.lines.map((_, index) => small(index === 0 ? label : '')))
  return [
    { x: labels.x, align: 'left', lines: names },
    { x: values.x, align: 'left', lines: facts.flatMap(({ value }) => value.lines) },
  ]
}

function factsOf({ number_text, issued_at, order_id, currency, payment }: InvoiceSnapshot): [string, string][] {
  const paid = payment === null ? 'nothing to pay' : `${payment.provider} ${payment.reference}`
  return [
    ['Number', number_text],
    ['Date', issued_at.slice(0, 10)],
    ['Order', order_id],
    ['Currency', currency],
    ['Payment', paid],
  ]
}

const addressOf = ({ address_lines, country }: InvoiceParty): readonly string[] => [...address_lines, country]
const strong = (text: string) => ({ text, style: styles.strong })
const body = (text: string) => ({ text, style: styles.body })
const small = (text: string) => ({ text, style: styles.small })
