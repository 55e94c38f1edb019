import type { Standing } from '../catalog-client.ts'
import type { OrderStatus } from '../status/transitions.ts'
import type { Drift } from './drift.ts'
import type { BookLine, OrderBook } from './order-books.ts'

type Stock = 'held' | 'sold' | 'free'

/** An order, and what the catalog has under its reference; undefined: nothing. */
export function judgeStock(book: OrderBook, standing: Standing | undefined): Drift[] {
  const expected = stockOf(book)
  const found = standing?.state ?? 'unknown'
  if (!fits[expected].includes(found)) return [{ orderId: book.id, kind: 'stock', about: null, expected, found }]
  return expected === 'held' ? [] : judgeUnits(book, standing)
}

/** What is expired is sold all the same when the money comes and it is still free; what came back was sold before. */
const fits: Readonly<Record<Stock, readonly (Standing['state'] | 'unknown')[]>> = {
  held: ['active', 'expired'],
  sold: ['committed', 'returned'],
  free: ['unknown', 'released', 'expired', 'returned'],
}

const sells: readonly OrderStatus[] = ['paid', 'processing', 'shipped', 'delivered']

function stockOf(book: OrderBook): Stock {
  if (book.status === 'pending') return 'held'
  // A cancelled order keeps what its refunds have said must not be sold again.
  const keeps = book.lines.some((line) => unitsOff(book, line) > 0)
  return sells.includes(book.status) || keeps ? 'sold' : 'free'
}

/** Units of the line that nobody else can buy. */
function unitsOff({ status, wasPaid }: OrderBook, { quantity, restocked, keptOff }: BookLine): number {
  if (sells.includes(status)) return quantity - restocked
  return status === 'cancelled' && wasPaid ? keptOff : 0
}

function judgeUnits(book: OrderBook, standing: Standing | undefined): Drift[] {
  const sold = standing?.state === 'committed' ? standing.items : []
  const found = new Map(sold.map(({ productId, quantity, returned }) => [productId, quantity - returned]))
  const expected = new Map(book.lines.map((line) => [line.productId, unitsOff(book, line)]))
  const products = new Set([...expected.keys(), ...found.keys()])
  return [...products].flatMap((about) => {
    const [wanted, there] = [expected.get(about) ?? 0, found.get(about) ?? 0]
    if (wanted === there) return []
    return [{ orderId: book.id, kind: 'stock_units', about, expected: String(wanted), found: String(there) }]
  })
}
