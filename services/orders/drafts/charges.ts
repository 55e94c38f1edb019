/** What the shop adds to the catalog's prices. */
export type Charges = {
  /** Of every line, in hundredths of a percent. */
  readonly taxBasisPoints: number
  /** Of an order in this currency, whatever is in it. */
  shippingCents(currency: string): number
}

const basisPointsOfAll = 10_000

/**
 * Rounded half up, in whole minor units. Ten thousand parts are taken apart from the rest, so that no product of the two
 * leaves the safe integers.
 */
export function taxOf(cents: number, basisPoints: number): number {
  const rest = cents % basisPointsOfAll
  // biome-ignore lint/plugin: comes out even: the rest is taken off
  const whole = (cents - rest) / basisPointsOfAll
  return whole * basisPoints + Math.floor((rest * basisPoints + basisPointsOfAll / 2) / basisPointsOfAll)
}
