const number = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })

export const count = (value: number): string => number.format(value)

export const requests = (value: number): string => `${count(value)} ${value === 1 ? 'request' : 'requests'}`

/** `4.8 %`; what is little is not rounded to nothing. */
export const percent = (share: number): string => {
  const value = share * 100
  if (value === 0) return '0 %'
  return `${value < 1 ? value.toFixed(2) : value.toFixed(1)} %`
}

export const milliseconds = (seconds: number): string => {
  const value = seconds * 1000
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ms`
}

/** What the machine itself explains, as an end of a sentence; nothing where that is little. */
export const driftWords = (drift: number): string =>
  drift > 1.05 ? `; what the release has not changed takes ${((drift - 1) * 100).toFixed(0)} % longer, too` : ''

/** How likely chance alone would do it: `1 in 40,000`. */
export const oneIn = (chance: number): string => {
  if (chance < 1e-9) return 'less than 1 in 1,000,000,000'
  return `1 in ${count(Number((1 / chance).toPrecision(2)))}`
}
