/** Acklam's rational approximation: relative error below 1.2e-9. */
const central = {
  above: [
    -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716, 2.506628277459239,
  ],
  below: [-54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572, 1],
} as const
const tail = {
  above: [
    -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
    2.938163982698783,
  ],
  below: [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416, 1],
} as const
const tailShare = 0.02425

const polynomial = (coefficients: readonly number[], x: number): number =>
  coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0)

/** Of the standard normal distribution. */
export const normalQuantile = (share: number): number => {
  if (share > 0.5) return -normalQuantile(1 - share)
  if (share < tailShare) {
    const x = Math.sqrt(-2 * Math.log(share))
    return polynomial(tail.above, x) / polynomial(tail.below, x)
  }
  const x = share - 0.5
  return (x * polynomial(central.above, x * x)) / polynomial(central.below, x * x)
}

/** Of Student's distribution: Cornish and Fisher's expansion (Abramowitz and Stegun, 26.7.5); for 9 degrees and more. */
export const studentQuantile = (share: number, degrees: number): number => {
  const x = normalQuantile(share)
  const terms = [
    (x ** 3 + x) / 4,
    (5 * x ** 5 + 16 * x ** 3 + 3 * x) / 96,
    (3 * x ** 7 + 19 * x ** 5 + 17 * x ** 3 - 15 * x) / 384,
    (79 * x ** 9 + 776 * x ** 7 + 1482 * x ** 5 - 1920 * x ** 3 - 945 * x) / 92_160,
  ]
  return terms.reduce((sum, term, index) => sum + term / degrees ** (index + 1), x)
}
