import {
  type InvoiceLine,
  type InvoiceParty,
  type InvoiceSeller,
  type InvoiceSnapshot,
  invoiceNumberText,
  maskedReference,
  type UnnumberedInvoice,
} from '../documents/invoice-snapshot.ts'
import type { PaymentRow } from '../pay/payment-store.ts'
import { creditedParts } from './credited-parts.ts'
import type { InvoicedLine, InvoicedOrder } from './invoice-facts.ts'
import type { RefundFacts } from './refund-facts.ts'

type Issued = {
  readonly series: string
  readonly issuedAt: Date
  readonly order: InvoicedOrder
  readonly seller: InvoiceSeller
  readonly payment: PaymentRow
}

/** All that an invoice says but its number, as it is at this moment. */
export function invoiceSnapshot(issued: Issued): UnnumberedInvoice {
  const { order } = issued
  return {
    ...head(issued),
    lines: order.lines.map(shownLine),
    subtotal_cents: order.subtotalCents,
    tax_cents: order.taxCents,
    shipping_cents: order.shippingCents,
    total_cents: order.totalCents,
    payment: shownPayment(issued.payment),
    corrects: null,
  }
}

type Correction = Issued & {
  readonly refund: RefundFacts
  readonly corrected: { readonly series: string; readonly number: number }
}

/** What goes back: whole lines where lines were named, all of them where all went back, else an amount. */
export function creditNoteSnapshot(issued: Correction): UnnumberedInvoice {
  const { order, refund, corrected } = issued
  const lines = creditedLines(order, refund)
  const { amountCents, shippingCents } = refund
  const lineTaxCents = lines.length === 0 ? undefined : lines.reduce((sum, line) => sum + line.tax_cents, 0)
  const parts = creditedParts(order, refund.before, { amountCents, shippingCents, lineTaxCents })
  return {
    ...head(issued),
    currency: refund.currency,
    lines,
    subtotal_cents: parts.totalCents - parts.taxCents - parts.shippingCents,
    tax_cents: parts.taxCents,
    shipping_cents: parts.shippingCents,
    total_cents: parts.totalCents,
    payment: shownPayment(issued.payment),
    corrects: { number_text: invoiceNumberText(corrected.series, corrected.number), reason: refund.reason },
  }
}

function creditedLines(order: InvoicedOrder, refund: RefundFacts): InvoiceLine[] {
  if (refund.lines.length === 0) return refund.amountCents === order.totalCents ? order.lines.map(shownLine) : []
  return refund.lines.flatMap(({ orderItemId, quantity, amountCents }) => {
    const line = order.lines.find(({ id }) => id === orderItemId)
    if (line === undefined) return []
    const total = line.unitPriceCents * quantity
    return [{ ...shownLine(line), quantity, total_cents: total, tax_cents: amountCents - total }]
  })
}

function head({ series, issuedAt, order, seller }: Issued) {
  return {
    version: 1 as const,
    series,
    issued_at: issuedAt.toISOString(),
    order_id: order.id,
    seller,
    buyer: buyerOf(order),
    currency: order.currency,
  }
}

/** ISO 3166 keeps ZZ for a country that is not known. */
const unknownCountry = 'ZZ'

function buyerOf({ billingAddress, shippingAddress, userId }: InvoicedOrder): InvoiceParty {
  const address = billingAddress ?? shippingAddress
  if (address === null) return { name: `Customer ${userId}`, address_lines: [], country: unknownCountry }
  const place = `${address.postal_code} ${address.city}`
  const lines = [address.line1, address.line2, place, address.region].filter(
    (line) => line !== undefined && line !== '',
  )
  return { name: address.name, address_lines: lines.flatMap((line) => line ?? []), country: address.country }
}

function shownLine(line: InvoicedLine): InvoiceLine {
  return {
    name: line.name,
    sku: line.sku,
    quantity: line.quantity,
    unit_price_cents: line.unitPriceCents,
    tax_basis_points: line.taxBasisPoints,
    tax_cents: line.taxCents,
    total_cents: line.totalCents,
  }
}

function shownPayment({ provider, providerRef }: PaymentRow): InvoiceSnapshot['payment'] {
  if (provider === 'none') return null
  return { provider, reference: maskedReference(providerRef ?? '') }
}
