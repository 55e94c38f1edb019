import type { Font, GlyphRun } from 'fontkit'
import { once } from '../../kit/once.ts'
import { type FontName, fontBytes } from './fonts/font-bytes.ts'

export type DocumentFonts = ReadonlyMap<FontName, Font>

async function openFont(name: FontName): Promise<Font> {
  const { create } = await import('fontkit')
  const font = create(await fontBytes(name))
  if (!('layout' in font)) throw new Error(`${name} is a collection of fonts`)
  rememberLayouts(font)
  return font
}

/** Some megabytes: ids and amounts never come again, what is on every document soon does. */
const layoutsAtMost = 1_000

/**
 * Most words of a document were in others before, and laying words out is most of its time. Each is laid out as the first
 * one of all, so that what it is does not depend on which came before it.
 */
function rememberLayouts(font: Font): void {
  const layOut = font.layout.bind(font)
  const known = new Map<string, GlyphRun>()
  font.layout = (text) => {
    const run = known.get(text) ?? laidOut(text)
    // pdfkit scales the positions of the run that it is given.
    const positions = run.positions.map((position) => ({ ...position }))
    const advanceWidth = () => positions.reduce((width, { xAdvance }) => width + xAdvance, 0)
    return Object.defineProperty({ ...run, positions }, 'advanceWidth', { get: advanceWidth })
  }

  function laidOut(text: string): GlyphRun {
    forgetGlyphsOf(font)
    const run = layOut(text)
    if (known.size >= layoutsAtMost) known.clear()
    known.set(text, run)
    return run
  }
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
  for (const font of fonts.values()) forgetGlyphsOf(font)
}

const forgetGlyphsOf = (font: Font): boolean => Reflect.set(font, '_glyphs', {})
