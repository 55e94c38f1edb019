import { cellMaker } from './invoice-cells.ts'
import { headBlocks, titleOf } from './invoice-head.ts'
import type { InvoiceSnapshot } from './invoice-snapshot.ts'
import { tableBlocks } from './invoice-table.ts'
import { totalsBlock } from './invoice-totals.ts'
import { flowBlocks, type Page, type PageElement } from './page-flow.ts'
import { edge, footY, type Measure, styles } from './page-geometry.ts'

/** Where everything that the document says stands, page by page. */
export function invoicePages(snapshot: InvoiceSnapshot, measure: Measure): readonly Page[] {
  const cells = cellMaker(measure)
  const blocks = [...headBlocks(snapshot, cells), ...tableBlocks(snapshot, cells), totalsBlock(snapshot, cells)]
  const pages = flowBlocks(blocks, edge)
  return pages.map((page, index) => [
    ...page,
    foot(`${titleOf(snapshot)} ${snapshot.number_text}`, 'left'),
    foot(`Page ${index + 1} of ${pages.length}`, 'right'),
  ])
}

const foot = (text: string, align: 'left' | 'right'): PageElement => ({
  kind: 'text',
  text,
  x: align === 'left' ? edge.left : edge.right,
  y: footY,
  align,
  style: styles.small,
})
