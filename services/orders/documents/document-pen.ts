import type { DocumentFonts } from './document-fonts.ts'
import type { FontName } from './fonts/font-bytes.ts'
import type { PageElement, Style } from './page-flow.ts'
import type { Measure } from './page-geometry.ts'
import { type Coverage, cleanText, runsOf } from './text-runs.ts'

export type DocumentPen = {
  readonly measure: Measure
  draw(element: PageElement): void
}

const colours = { ink: '#1a1a1a', grey: '#666666', rule: '#cccccc' } as const

const order: Readonly<Record<Style['weight'], readonly FontName[]>> = {
  regular: ['regular', 'japanese'],
  semiBold: ['semiBold', 'regular', 'japanese'],
}

/** Writes on the present page of a document, each character in a font that has it. */
export function documentPen(document: PDFKit.PDFDocument, fonts: DocumentFonts): DocumentPen {
  for (const [name, font] of fonts) document.registerFont(name, font)
  const has: Coverage = (name, codePoint) => fonts.get(name)?.hasGlyphForCodePoint(codePoint) ?? false
  const runs = (text: string, { weight }: Style) => runsOf(cleanText(text), { fonts: order[weight], has })
  const widthOf = (run: { font: FontName; text: string }, size: number) =>
    document.font(run.font).fontSize(size).widthOfString(run.text)
  const measure: Measure = (text, style) =>
    runs(text, style).reduce((width, run) => width + widthOf(run, style.size), 0)

  return {
    measure,
    draw(element) {
      if (element.kind === 'rule') {
        const { x, y, width } = element
        document
          .moveTo(x, y)
          .lineTo(x + width, y)
          .lineWidth(0.5)
          .stroke(colours.rule)
        return
      }
      const { text, align, y, style } = element
      let x = align === 'left' ? element.x : element.x - measure(text, style)
      for (const run of runs(text, style)) {
        const width = widthOf(run, style.size)
        document.fillColor(colours[style.colour]).text(run.text, x, y, { lineBreak: false, baseline: 'alphabetic' })
        x += width
      }
    },
  }
}
