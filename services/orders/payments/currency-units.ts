/** ISO 4217: how many digits the minor unit has. Whatever is not listed has two. */
const none = 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF'.split(' ')
const three = 'BHD IQD JOD KWD LYD OMR TND'.split(' ')

export function minorDigits(currency: string): number {
  if (none.includes(currency)) return 0
  return three.includes(currency) ? 3 : 2
}

/** `1234` cents of EUR to `12.34`; of JPY to `1234`. Exact. */
export function decimalText(cents: number, digits: number): string {
  const text = String(cents).padStart(digits + 1, '0')
  return digits === 0 ? text : `${text.slice(0, -digits)}.${text.slice(-digits)}`
}

/** The reverse; undefined where the text is no such amount, or finer than the currency. */
export function centsOf(text: string, digits: number): number | undefined {
  const [, whole = '', fraction = ''] = /^(\d{1,13})(?:\.(\d{1,4}))?$/.exec(text) ?? []
  if (whole === '' || /[^0]/.test(fraction.slice(digits))) return undefined
  const cents = Number(whole + fraction.slice(0, digits).padEnd(digits, '0'))
  return Number.isSafeInteger(cents) ? cents : undefined
}
