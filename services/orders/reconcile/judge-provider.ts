import type { PaymentRow } from '../pay/payment-store.ts'
import type { ProviderPayment, ProviderRefund } from '../payments/provider.ts'
import type { RefundRow } from '../refunds/refund-store.ts'
import type { Drift } from './drift.ts'

export type ToldCharge = {
  readonly payment: PaymentRow
  /** Of the payment. */
  readonly refunds: readonly RefundRow[]
  /** Undefined: the provider has nothing under its reference. */
  readonly told: ProviderPayment | undefined
}

/** A payment that is decided, and what its provider has. */
export function judgeCharge({ payment, refunds, told }: ToldCharge): Drift[] {
  const expected = moneyText(payment.capturedCents, payment.currency)
  const found = told === undefined ? nothing : moneyText(told.capturedCents, told.currency)
  const drift = { orderId: payment.orderId, about: payment.id }
  const charge = expected === found ? [] : [{ ...drift, kind: 'charge', expected, found } as const]
  return [...charge, ...judgeRefunded({ payment, refunds, told }, drift)]
}

const nothing = 'nothing'
const moneyText = (cents: number, currency: string): string => (cents === 0 ? nothing : `${cents} ${currency}`)

/** A refund that is pending here may have succeeded there. */
function judgeRefunded({ refunds, told }: ToldCharge, drift: Pick<Drift, 'orderId' | 'about'>): Drift[] {
  if (told?.refundedCents === undefined) return []
  const sumOf = (status: RefundRow['status']) =>
    refunds.filter((refund) => refund.status === status).reduce((sum, { amountCents }) => sum + amountCents, 0)
  const least = sumOf('succeeded')
  const most = least + sumOf('pending')
  if (told.refundedCents >= least && told.refundedCents <= most) return []
  const expected = least === most ? String(least) : `${least} to ${most}`
  return [{ ...drift, kind: 'refunded', expected, found: String(told.refundedCents) }]
}

/** A refund that has ended, and what its provider has. One that failed need not be there. */
export function judgeRefund(refund: RefundRow, told: ProviderRefund | undefined): Drift[] {
  const { orderId, id, status, amountCents, currency } = refund
  if (status === 'failed' && told?.state !== 'succeeded') return []
  const expected = `${status} ${amountCents} ${currency}`
  const found = told === undefined ? nothing : `${told.state} ${told.amountCents} ${told.currency}`
  return expected === found ? [] : [{ orderId, kind: 'refund', about: id, expected, found }]
}
