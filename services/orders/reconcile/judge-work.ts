import type { Drift } from './drift.ts'
import type { OpenWork, OrderBook } from './order-books.ts'

/** What moves neither money nor stock, or waits for a bank for days. */
const besideTheBooks = ['store_document', 'watch_refund']
/** A payment may wait for its customer for as long as stock is held. */
const patienceMinutes = (kind: string): number => (kind === 'pay_await' ? 120 : 15)

const counts = ({ kind }: OpenWork): boolean => !besideTheBooks.includes(kind)

/** While something is done for it, an order's books cannot be compared with anything. */
export const isUnderWay = ({ work }: OrderBook): boolean =>
  work.some((open) => counts(open) && !open.isParked && open.kind !== 'pay_await')

export function judgeWork({ id, work }: OrderBook): Drift[] {
  return work.flatMap((open) => {
    const found = foundOf(open)
    return found === undefined ? [] : [{ orderId: id, kind: 'unfinished', about: open.kind, expected: 'done', found }]
  })
}

function foundOf(open: OpenWork): string | undefined {
  if (open.isParked) return 'parked'
  return counts(open) && open.openMinutes > patienceMinutes(open.kind) ? 'open' : undefined
}
