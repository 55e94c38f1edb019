import type { Estimate } from './estimate.ts'

/** From one run to the other: 0.1 is ten of a hundred more. */
export type Change = Estimate

/**
 * The interval of a difference from those of its two sides, which need not be symmetrical (Zou and Donner,
 * "Construction of confidence limits about effect measures", 2008; of two shares it is Newcombe's of 1998).
 */
export const differenceOf = (before: Estimate, after: Estimate): Change => {
  const value = after.value - before.value
  return {
    value,
    low: value - Math.hypot(after.value - after.low, before.high - before.value),
    high: value + Math.hypot(after.high - after.value, before.value - before.low),
  }
}

/** Of figures above 0 the ratio counts: its logarithm is a difference, and the way back is the way there. */
export const ratioOf = (before: Estimate, after: Estimate): Change => {
  const { value, low, high } = differenceOf(logarithm(before), logarithm(after))
  return { value: Math.expm1(value), low: Math.expm1(low), high: Math.expm1(high) }
}

const logarithm = ({ value, low, high }: Estimate): Estimate => {
  const of = (figure: number) => Math.log(Math.max(figure, value * 1e-6))
  return { value: of(value), low: of(low), high: of(high) }
}
