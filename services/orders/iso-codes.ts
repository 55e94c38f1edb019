/** As Node.js knows them: it brings the tables of Unicode, which follow ISO. */
const regions = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' })
const currencies = new Set(Intl.supportedValuesOf('currency'))

/** ISO 3166-1, two capital letters; `ZZ` stands for a country that is not known, and is none. */
export const isCountry = (code: string): boolean => code !== 'ZZ' && regions.of(code) !== undefined

/** ISO 4217, also of currencies that are history. */
export const isCurrency = (code: string): boolean => currencies.has(code)
