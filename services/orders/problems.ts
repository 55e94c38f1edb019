import type { ProblemKind } from '../kit/problems.ts'

export const orderProblems = {
  unknownProduct: { code: 'order/unknown-product', status: 422, title: 'A product is not in the catalog' },
  mixedCurrencies: { code: 'order/mixed-currencies', status: 422, title: 'An order has one currency' },
  totalTooLarge: { code: 'order/total-too-large', status: 422, title: 'The total is beyond what an order may have' },
  tooManyLines: { code: 'order/too-many-lines', status: 422, title: 'An order has at most 100 lines' },
  insufficientStock: { code: 'inventory/insufficient', status: 409, title: 'Not enough in stock' },
  notEditable: { code: 'order/not-editable', status: 409, title: 'Only a draft can be edited' },
  invalidTransition: { code: 'order/invalid-transition', status: 409, title: 'Not possible in this status' },
  onHold: { code: 'order/on-hold', status: 409, title: 'The order is on hold' },
  empty: { code: 'order/empty', status: 409, title: 'The order has no items' },
  noAddress: { code: 'order/no-address', status: 409, title: 'The order has no shipping address' },
  priceChanged: { code: 'order/price-changed', status: 409, title: 'Prices have changed; the order was updated' },
  holdLimit: { code: 'inventory/hold-limit', status: 429, title: 'Too much stock held already' },
} as const satisfies Record<string, ProblemKind>

export const paymentProblems = {
  inProgress: { code: 'payment/in-progress', status: 409, title: 'A payment of this order is not decided yet' },
  alreadyPaid: { code: 'payment/already-paid', status: 409, title: 'The order is paid' },
  declined: { code: 'payment/declined', status: 402, title: 'The payment was declined' },
  unknownProvider: { code: 'payment/unknown-provider', status: 422, title: 'No such payment provider here' },
  providerUnavailable: {
    code: 'payment/provider-unavailable',
    status: 503,
    title: 'The payment provider does not answer',
  },
} as const satisfies Record<string, ProblemKind>

export const refundProblems = {
  exceedsCaptured: { code: 'refund/exceeds-captured', status: 409, title: 'More than can be given back' },
  exceedsUnits: { code: 'refund/exceeds-units', status: 409, title: 'More units than can be given back' },
  shippingRefunded: { code: 'refund/shipping-refunded', status: 409, title: 'The shipping was given back before' },
} as const satisfies Record<string, ProblemKind>

export const shipmentProblems = {
  exceedsUnits: { code: 'shipment/exceeds-units', status: 409, title: 'More units than are left to ship' },
  trackingUsed: { code: 'shipment/tracking-used', status: 409, title: 'This tracking number is used already' },
  tooMany: { code: 'shipment/too-many', status: 409, title: 'The order has as many shipments as it may have' },
  carrierUnavailable: { code: 'shipment/carrier-unavailable', status: 503, title: 'The carrier does not answer' },
} as const satisfies Record<string, ProblemKind>

export const invoiceProblems = {
  notIssued: { code: 'invoice/not-issued', status: 409, title: 'No invoice has been issued' },
  notStored: { code: 'invoice/not-stored', status: 503, title: 'The document is not made yet' },
} as const satisfies Record<string, ProblemKind>
