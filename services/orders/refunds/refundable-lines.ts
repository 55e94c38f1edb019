/** A line of an order with what has become of its units and of its money so far. */
export type RefundableLine = {
  readonly id: string
  readonly quantity: number
  readonly unitPriceCents: number
  /** Of all units together. */
  readonly taxCents: number
  readonly shippedQuantity: number
  /** Given back before they were shipped. */
  readonly refundedQuantity: number
  /** Given back after they were shipped. */
  readonly returnedQuantity: number
  /** What refunds by lines that have not failed give back of it, tax included. */
  readonly givenCents: number
}

export type LineWish = { readonly quantity: number; readonly restock: boolean }

export type RefundedLine = {
  readonly orderItemId: string
  readonly unshippedQuantity: number
  readonly shippedQuantity: number
  readonly amountCents: number
  readonly restock: boolean
}

export const refundableUnits = ({ quantity, refundedQuantity, returnedQuantity }: RefundableLine): number =>
  quantity - refundedQuantity - returnedQuantity

/**
 * Of so many units: what was not shipped yet goes first and is shipped no more. Of the tax, what the units so far and
 * these have of it together, less what went back before: so all units give exactly the line's tax, whatever failed on
 * the way. The caller has seen that there are so many.
 */
export function refundedLine(line: RefundableLine, { quantity, restock }: LineWish): RefundedLine {
  const unshipped = Math.min(quantity, line.quantity - line.shippedQuantity - line.refundedQuantity)
  const taken = line.refundedQuantity + line.returnedQuantity
  const taxGiven = Math.max(0, line.givenCents - line.unitPriceCents * taken)
  const tax = Math.max(taxGiven, taxOfUnits(line, taken + quantity)) - taxGiven
  return {
    orderItemId: line.id,
    unshippedQuantity: unshipped,
    shippedQuantity: quantity - unshipped,
    amountCents: line.unitPriceCents * quantity + tax,
    restock,
  }
}

/** Rounded down, so that the last unit takes the rest. At most 10^12 × 1000: exact in a number. */
function taxOfUnits({ taxCents, quantity }: RefundableLine, units: number): number {
  const product = taxCents * units
  return (product - (product % quantity)) / quantity
}
