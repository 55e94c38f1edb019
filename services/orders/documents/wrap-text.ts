import { clustersOf } from './text-runs.ts'

/** A word, or one character of a script without spaces with the punctuation that must not begin a line; and spaces. */
const spaceless = '\\p{sc=Han}\\p{sc=Hira}\\p{sc=Kana}\\u3000-\\u303f\\uff00-\\uffef'
const closing = '、。，．：；！？」』）】〉》ーぁぃぅぇぉっゃゅょァィゥェォッャュョ'
const piece = new RegExp(`[${spaceless}][${closing}]*\\s*|[^\\s${spaceless}]+\\s*|\\s+`, 'gu')

type Measure = (text: string) => number

/** Lines no wider than `width`, broken between words and, where one word is too long, within it. Nothing is lost but spaces. */
export function wrapText(text: string, { width, measure }: { width: number; measure: Measure }): readonly string[] {
  const pieces = (text.trim().match(piece) ?? []).flatMap((each) =>
    measure(each.trimEnd()) > width ? clustersOf(each) : [each],
  )
  const lines: string[] = []
  let line = ''
  let lineWidth = 0
  for (const each of pieces) {
    const full = line !== '' && lineWidth + measure(each.trimEnd()) > width
    if (full) lines.push(line.trimEnd())
    line = full ? each.trimStart() : line + each
    lineWidth = full ? measure(line) : lineWidth + measure(each)
  }
  return [...lines, line.trimEnd()].filter((each) => each !== '')
}
