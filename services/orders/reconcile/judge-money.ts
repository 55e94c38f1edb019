import type { PaymentRow } from '../pay/payment-store.ts'
import type { OrderStatus, PaymentStatus } from '../status/transitions.ts'
import type { Drift } from './drift.ts'
import type { OrderBook } from './order-books.ts'

const wantsMoney: readonly OrderStatus[] = ['paid', 'processing', 'shipped', 'delivered']

const sum = (cents: readonly number[]): number => cents.reduce((total, each) => total + each, 0)

/** An order with its payments and refunds, as our own tables have them. */
export function judgeMoney(book: OrderBook): Drift[] {
  return [...judgePaymentStatus(book), ...judgeMissing(book), ...judgeUnclaimed(book), ...judgeRefundSums(book)]
}

function judgePaymentStatus(book: OrderBook): Drift[] {
  const expected = statusOf(book)
  const found = book.paymentStatus
  return found === expected ? [] : [{ orderId: book.id, kind: 'payment_status', about: null, expected, found }]
}

/** What came on top of it, or is not what was asked for, was never the order's. */
const strayMoney: readonly PaymentRow['status'][] = ['surplus', 'mismatched']

function statusOf({ payments: all, refunds }: OrderBook): PaymentStatus {
  const payments = all.filter(({ status }) => !strayMoney.includes(status))
  const ids = new Set(payments.map(({ id }) => id))
  const captured = sum(payments.map(({ capturedCents }) => capturedCents))
  const succeeded = refunds.filter(({ paymentId, status }) => status === 'succeeded' && ids.has(paymentId))
  const returned = sum(succeeded.map(({ amountCents }) => amountCents))
  if (returned > 0) return returned >= captured ? 'refunded' : 'partially_refunded'
  return payments.some(({ status }) => status === 'captured') ? 'paid' : 'unpaid'
}

function judgeMissing({ id, status, totalCents, payments }: OrderBook): Drift[] {
  if (!wantsMoney.includes(status)) return []
  const captured = sum(payments.filter(isItsMoney).map(({ capturedCents }) => capturedCents))
  if (captured === totalCents) return []
  return [{ orderId: id, kind: 'money_missing', about: null, expected: String(totalCents), found: String(captured) }]
}

const isItsMoney = ({ status }: PaymentRow): boolean => status === 'captured'

/** On hold a person is looking at it already. */
function judgeUnclaimed({ id, status, isOnHold, payments }: OrderBook): Drift[] {
  if (isOnHold) return []
  return payments.flatMap((payment) => {
    const left = payment.capturedCents - payment.refundedCents
    if (left === 0 || (isItsMoney(payment) && wantsMoney.includes(status))) return []
    return [{ orderId: id, kind: 'money_unclaimed', about: payment.id, expected: '0', found: String(left) }]
  })
}

function judgeRefundSums({ id, payments, refunds }: OrderBook): Drift[] {
  return payments.flatMap((payment) => {
    const open = refunds.filter(({ paymentId, status }) => paymentId === payment.id && status !== 'failed')
    const refunded = sum(open.map(({ amountCents }) => amountCents))
    if (refunded === payment.refundedCents) return []
    const [expected, found] = [String(payment.refundedCents), String(refunded)]
    return [{ orderId: id, kind: 'refund_sum', about: payment.id, expected, found }]
  })
}
