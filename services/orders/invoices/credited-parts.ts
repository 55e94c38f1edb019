/** What an amount of money is made of, in minor units; what is in none of them is the price of the goods. */
export type MoneyParts = { readonly taxCents: number; readonly shippingCents: number; readonly totalCents: number }

export type Credit = {
  readonly amountCents: number
  /** As the refund names it. */
  readonly shippingCents: number
  /** Of the lines that the refund names; undefined where it names none. */
  readonly lineTaxCents: number | undefined
}

/**
 * Of an amount that goes back, the tax and the shipping in it, so that all that ever goes back has exactly those of the
 * order. What is named is what it is; of another amount the goods go back before the shipping, with their share of tax.
 */
export function creditedParts(order: MoneyParts, before: MoneyParts, credit: Credit): MoneyParts {
  const left = minus(order, before)
  const { amountCents } = credit
  if (amountCents >= left.totalCents) return { ...left, totalCents: amountCents }
  const goods = left.totalCents - left.shippingCents
  const named = Math.min(credit.shippingCents, left.shippingCents, amountCents)
  const shippingCents = Math.max(named, amountCents - goods)
  const given = amountCents - shippingCents
  const wanted = credit.lineTaxCents ?? shareOf(left.taxCents, { part: given, whole: goods })
  const most = Math.min(left.taxCents, given)
  // What is left has to be able to hold the tax that is left.
  const least = left.taxCents - (goods - given)
  return { taxCents: Math.max(least, Math.min(wanted, most)), shippingCents, totalCents: amountCents }
}

const minus = (all: MoneyParts, some: MoneyParts): MoneyParts => ({
  taxCents: Math.max(0, all.taxCents - some.taxCents),
  shippingCents: Math.max(0, all.shippingCents - some.shippingCents),
  totalCents: all.totalCents - some.totalCents,
})

/** Rounded down, so that the last amount takes the rest. Their product does not fit into a number. */
function shareOf(cents: number, { part, whole }: { readonly part: number; readonly whole: number }): number {
  if (whole === 0) return 0
  const product = BigInt(cents) * BigInt(part)
  return Number(product / BigInt(whole))
}
