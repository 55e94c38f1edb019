import { type OrderAction, type OrderStatus, orderActions, orderStatuses } from '../transitions.ts'

/** The table of acceptance/orders.md, word by word without its footnotes: rows as `orderActions`, columns as `orderStatuses`. */
const table = `
add, remove item (owner)                   | draft | 409 | 409 | 409 | 409 | 409 | 409 | 409
pay (owner)                                | pending | pending | 409 | 409 | 409 | 409 | 409 | 409
payment succeeded (system)                 | hold | paid | same | same | same | same | refund | paid or refund
stock short in S2 (system)                 | same | draft | same | same | same | same | same | same
payment failed (system)                    | same | pending | same | same | same | same | same | same
expire, 60 min after pending (system)      | same | expired | same | same | same | same | same | same
cancel (owner)                             | cancelled | cancelled | cancelled | 409 | 409 | 409 | same | 409
cancel (admin)                             | cancelled | cancelled | cancelled | cancelled | 409 | 409 | same | 409
status processing (admin)                  | 409 | 409 | processing | same | 409 | 409 | 409 | 409
shipment, units remain (admin)             | 409 | 409 | processing | processing | 409 | 409 | 409 | 409
shipment, all units (admin)                | 409 | 409 | shipped | shipped | 409 | 409 | 409 | 409
all shipments delivered, status delivered  | 409 | 409 | 409 | 409 | delivered | same | 409 | 409
refund (admin)                             | 409 | 409 | paid | processing | shipped | delivered | cancelled | expired
`

export type AcceptedCell = { readonly action: OrderAction; readonly from: OrderStatus; readonly word: string }

const rows = table
  .trim()
  .split('\n')
  .map((line) => line.split('|').map((word) => word.trim()))

/** All 13 × 8, in the table's words. */
export const acceptedCells: readonly AcceptedCell[] = orderActions.flatMap((action, row) =>
  orderStatuses.map((from, column) => ({ action, from, word: rows[row]?.[column + 1] ?? 'missing' })),
)

/** Typed in from the table too: every change of status that it knows. */
export const acceptedChanges: ReadonlySet<string> = new Set([
  'draft → pending',
  'draft → cancelled',
  'pending → draft',
  'pending → paid',
  'pending → expired',
  'pending → cancelled',
  'paid → processing',
  'paid → shipped',
  'paid → cancelled',
  'processing → shipped',
  'processing → cancelled',
  'shipped → delivered',
  'expired → paid',
])
