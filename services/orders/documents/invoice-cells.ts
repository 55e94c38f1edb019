import type { Cell, Style } from './page-flow.ts'
import type { Measure } from './page-geometry.ts'
import { wrapText } from './wrap-text.ts'

export type Box = { readonly x: number; readonly width: number }

export type CellMaker = {
  /** Texts one below the other, each broken where it is wider than the box. */
  wrapped(box: Box, texts: readonly { readonly text: string; readonly style: Style }[]): Cell
  /** On one line that ends at the box's right edge; smaller where it would be wider. */
  figure(box: Box, text: string, style: Style): Cell
}

export function cellMaker(measure: Measure): CellMaker {
  return {
    wrapped({ x, width }, texts) {
      const lines = texts.flatMap(({ text, style }) =>
        wrapText(text, { width, measure: (part) => measure(part, style) }).map((line) => ({ text: line, style })),
      )
      return { x, align: 'left', lines }
    },

    figure({ x, width }, text, style) {
      const size = style.size * Math.min(1, width / measure(text, style))
      return { x: x + width, align: 'right', lines: [{ text, style: { ...style, size } }] }
    },
  }
}
