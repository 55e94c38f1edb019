type Amount = { readonly currency_code: string; readonly value: string }

export type PayPalOrderRow = {
  readonly id: string
  status: 'CREATED' | 'PAYER_ACTION_REQUIRED' | 'APPROVED' | 'COMPLETED'
  readonly amount: Amount
  readonly custom_id: string
  readonly invoice_id: string
  capture: { readonly id: string; status: 'COMPLETED' | 'PARTIALLY_REFUNDED' | 'REFUNDED' } | null
  readonly refunds: PayPalRefundRow[]
}

export type PayPalRefundRow = {
  readonly id: string
  readonly amount: Amount
  readonly custom_id: string
  readonly invoice_id: string
}

export function captureJson(order: PayPalOrderRow) {
  const { capture, amount, custom_id, invoice_id } = order
  return {
    ...capture,
    amount,
    custom_id,
    invoice_id,
    final_capture: true,
    supplementary_data: { related_ids: { order_id: order.id } },
  }
}

export const refundJson = (refund: PayPalRefundRow) => ({ ...refund, status: 'COMPLETED' })

const approvalLinks: ReadonlyMap<PayPalOrderRow['status'], string> = new Map([
  ['CREATED', 'approve'],
  ['PAYER_ACTION_REQUIRED', 'payer-action'],
])

export function orderJson(order: PayPalOrderRow) {
  const { id, status, amount, custom_id, invoice_id, capture, refunds } = order
  const payments = { captures: capture === null ? [] : [captureJson(order)], refunds: refunds.map(refundJson) }
  const rel = approvalLinks.get(status)
  const links = [
    { rel: 'self', href: `https://api-m.paypal.test/v2/checkout/orders/${id}` },
    ...(rel === undefined ? [] : [{ rel, href: `https://www.paypal.test/checkoutnow?token=${id}` }]),
  ]
  return {
    id,
    status,
    intent: 'CAPTURE',
    purchase_units: [{ reference_id: 'default', amount, custom_id, invoice_id, payments }],
    links,
  }
}
