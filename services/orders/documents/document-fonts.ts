import type { Font } from 'fontkit'
import { once } from '../../kit/once.ts'
import { type FontName, fontBytes } from './fonts/font-bytes.ts'

export type DocumentFonts = ReadonlyMap<FontName, Font>

async function openFont(name: FontName): Promise<Font> {
  const { create } = await import('fontkit')
  const font = create(await fontBytes(name))
  if (!('layout' in font)) throw new Error(`${name} is a collection of fonts`)
  return font
}

// Each once a process: reading its tables takes longer than a document.
const regular = once(() => openFont('regular'))
const semiBold = once(() => openFont('semiBold'))
const japanese = once(() => openFont('japanese'))

/** Those that a document with this text needs; the large one only where it does. */
export async function openFontsFor(text: string): Promise<DocumentFonts> {
  const [first, second] = await Promise.all([regular(), semiBold()])
  const small: (readonly [FontName, Font])[] = [
    ['regular', first],
    ['semiBold', second],
  ]
  const known = [...text].every((character) => first.hasGlyphForCodePoint(character.codePointAt(0) ?? 0))
  return new Map(known ? small : [...small, ['japanese', await japanese()]])
}

/**
 * To be called before each document, with nothing awaited until its end. fontkit keeps with a glyph the characters that
 * it was first met for: none where it was met as a part of another glyph, so that the next document's dots read as fives.
 */
export function forgetGlyphs(fonts: DocumentFonts): void {
  for (const font of fonts.values()) Reflect.set(font, '_glyphs', {})
}
