import type { FontName } from './fonts/font-bytes.ts'

export type TextRun = { readonly font: FontName; readonly text: string }

/** Whether a font has a glyph of its own for the code point. */
export type Coverage = (font: FontName, codePoint: number) => boolean

/** Shown for what no font has: never another character, and never nothing. */
export const replacement = '\ufffd'

/** As it can be shown on one line: composed, without halves of characters, controls and marks of direction. */
export function cleanText(text: string): string {
  return text
    .normalize('NFC')
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/[\p{Cf}\p{Variation_Selector}]/gu, '')
}

/** Letters with the marks on them: never parted, as two fonts would draw them side by side. */
export const clustersOf = (text: string): readonly string[] => text.match(/\P{M}\p{M}*|\p{M}+/gu) ?? []

/** A clean text as runs, each in the first of the fonts that has all of it. */
export function runsOf(
  text: string,
  { fonts, has }: { fonts: readonly FontName[]; has: Coverage },
): readonly TextRun[] {
  const runs: { font: FontName; text: string }[] = []
  for (const cluster of clustersOf(text)) {
    const [run, last] = [runOf(cluster), runs.at(-1)]
    if (last?.font === run.font) last.text += run.text
    else runs.push(run)
  }
  return runs

  function runOf(cluster: string): { font: FontName; text: string } {
    const codePoints = [...cluster].map((character) => character.codePointAt(0) ?? 0)
    const font = fonts.find((name) => codePoints.every((codePoint) => has(name, codePoint)))
    return font === undefined ? { font: 'regular', text: replacement } : { font, text: cluster }
  }
}
