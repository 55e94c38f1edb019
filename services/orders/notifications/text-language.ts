import { english } from './texts/english.ts'
import { german } from './texts/german.ts'
import type { OrderTexts } from './texts/order-text.ts'
import { turkish } from './texts/turkish.ts'

export const orderTexts = { en: english, de: german, tr: turkish } as const satisfies Record<string, OrderTexts>
export type TextLanguage = keyof typeof orderTexts

/** English where we do not speak it. */
export function textLanguage(language: string): TextLanguage {
  return isSpoken(language) ? language : 'en'
}

const isSpoken = (language: string): language is TextLanguage => Object.hasOwn(orderTexts, language)
