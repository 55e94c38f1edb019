/** `1,368.67`: USD, rounded to cents only where a person reads it. */
export const inDollars = (amount: number): string => {
  // Without it a tenth of a cent below nothing would read "-0.00".
  const cents = Math.round(amount * 100) / 100 || 0
  return cents.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })
}

/** `+28.03`, `-1.00`, `0.00`. */
export const inDollarsMore = (amount: number): string => {
  const words = inDollars(amount)
  return amount > 0 && words !== '0.00' ? `+${words}` : words
}
