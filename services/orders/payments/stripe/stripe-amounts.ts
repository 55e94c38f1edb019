/** ISO 4217 gives them no minor unit, Stripe counts them in hundredths all the same: only whole ones. */
const hundredfold = ['ISK', 'UGX']
/** ISO 4217 gives it hundredths, Stripe none. */
const hundredth = ['MGA']
/** Stripe takes thousandths, but the last digit must be 0. */
const tenthsOnly = ['BHD', 'JOD', 'KWD', 'OMR', 'TND']

/** Our minor units in Stripe's; undefined where Stripe has no such amount. */
export function toStripeAmount(cents: number, currency: string): number | undefined {
  if (hundredfold.includes(currency)) return cents * 100
  // biome-ignore lint/plugin: comes out even, or is refused
  if (hundredth.includes(currency)) return cents % 100 === 0 ? cents / 100 : undefined
  if (tenthsOnly.includes(currency)) return cents % 10 === 0 ? cents : undefined
  return cents
}

/** Never rounded: an amount that is finer than ours is a mistake to be seen, so it comes out as no whole number. */
export function fromStripeAmount(amount: number, currency: string): number {
  // biome-ignore lint/plugin: where it does not come out even, that is to be seen
  if (hundredfold.includes(currency)) return amount / 100
  return hundredth.includes(currency) ? amount * 100 : amount
}
