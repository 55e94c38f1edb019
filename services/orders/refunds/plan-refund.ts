import { Problem, problems } from '../../kit/problems.ts'
import type { PaymentRow } from '../pay/payment-store.ts'
import { refundProblems } from '../problems.ts'
import { judged, type LockedOrder } from '../status/move-order.ts'
import { cellOf } from '../status/transitions.ts'
import type { NewRefund } from './refund-contract.ts'
import { type RefundableLine, type RefundedLine, refundableUnits, refundedLine } from './refundable-lines.ts'

export type RefundPlan = {
  readonly payment: PaymentRow
  readonly amountCents: number
  /** Of the amount. */
  readonly shippingCents: number
  readonly lines: readonly RefundedLine[]
}

export type Refundable = {
  readonly order: LockedOrder
  readonly payments: readonly PaymentRow[]
  readonly lines: readonly RefundableLine[]
  /** What has gone back of the shipping. */
  readonly refundedShippingCents: number
}

/** What goes back of which payment. Throws the problem where the order, its units or its money do not allow it. */
export function planRefund(found: Refundable, wish: NewRefund): RefundPlan {
  const { order, payments } = found
  const allowed = refundablePayments(order, payments)
  const named = wish.amount_cents === undefined
  const payment = named ? allowed.find(({ status }) => status === 'captured') : withMoney(allowed)
  if (payment === undefined) throw exceedsCaptured(0)
  const lines = plannedLines(found, wish.lines ?? [])
  const shippingCents = wish.shipping === true ? shippingLeft(found) : 0
  const amountCents = wish.amount_cents ?? lines.reduce((sum, line) => sum + line.amountCents, shippingCents)
  const left = leftOf(payment)
  if (amountCents > left) throw exceedsCaptured(left)
  if (amountCents === 0) throw nothingPaid(wish)
  return { payment, amountCents, shippingCents, lines }
}

const leftOf = ({ capturedCents, refundedCents }: PaymentRow): number => capturedCents - refundedCents

/**
 * Those whose money may go back. Before an order is paid that is money it cannot use: not the sum that was asked for, or
 * for a draft. Throws where the order allows no refund.
 */
function refundablePayments(order: LockedOrder, payments: readonly PaymentRow[]): readonly PaymentRow[] {
  if (cellOf('refund', order.status) !== 'conflict') return payments
  const stray = payments.filter(
    (payment) => leftOf(payment) > 0 && (payment.status === 'mismatched' || order.status === 'draft'),
  )
  if (stray.length === 0) judged(order, 'refund')
  return stray
}

const preferred = ['captured', 'mismatched', 'surplus'] as const

/** The order's own payment while it has money left, then what came beside it. */
function withMoney(payments: readonly PaymentRow[]): PaymentRow | undefined {
  const byPreference = preferred.flatMap((status) => payments.filter((payment) => payment.status === status))
  return byPreference.find((payment) => leftOf(payment) > 0) ?? byPreference[0]
}

/** The statuses in which the order's units are sold. */
const sold: readonly string[] = ['paid', 'processing', 'shipped', 'delivered']

function plannedLines({ order, lines }: Refundable, wishes: NonNullable<NewRefund['lines']>): RefundedLine[] {
  const known = new Map(lines.map((line) => [line.id, line]))
  const unknown = wishes.flatMap(({ order_item_id: id }, index) => (known.has(id) ? [] : [index]))
  if (unknown.length > 0) throw unknownItems(unknown)
  const excess = wishes.flatMap(({ order_item_id, quantity }, index) => {
    const line = known.get(order_item_id)
    const refundable = line === undefined || !sold.includes(order.status) ? 0 : refundableUnits(line)
    return quantity > refundable ? [{ index, order_item_id, refundable_quantity: refundable }] : []
  })
  if (excess.length > 0) throw exceedsUnits(excess)
  return wishes.flatMap((wish) => {
    const line = known.get(wish.order_item_id)
    return line === undefined ? [] : [refundedLine(line, wish)]
  })
}

function shippingLeft({ order, refundedShippingCents }: Refundable): number {
  if (refundedShippingCents > 0) throw new Problem(refundProblems.shippingRefunded)
  return order.shippingCents
}

const exceedsCaptured = (left: number): Problem =>
  new Problem(refundProblems.exceedsCaptured, {
    detail: `At most ${left} can go back`,
    members: { refundable_cents: left },
  })

function unknownItems(indexes: readonly number[]): Problem {
  const errors = indexes.map((index) => {
    return { pointer: `/lines/${index}/order_item_id`, code: 'unknown_item', message: 'is not in the order' }
  })
  return new Problem(problems.invalid, { errors })
}

type Excess = { readonly index: number; readonly order_item_id: string; readonly refundable_quantity: number }

function exceedsUnits(excess: readonly Excess[]): Problem {
  const errors = excess.map(({ index, ...line }) => {
    const message = `${line.refundable_quantity} can go back`
    return { pointer: `/lines/${index}/quantity`, code: 'exceeds_units', message, ...line }
  })
  return new Problem(refundProblems.exceedsUnits, { errors })
}

function nothingPaid({ lines }: NewRefund): Problem {
  const pointer = lines === undefined ? '/shipping' : '/lines'
  return new Problem(problems.invalid, { errors: [{ pointer, code: 'nothing_paid', message: 'cost nothing' }] })
}
