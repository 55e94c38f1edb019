import { html, type Markup } from '../page/html.ts'
import { linePath, type Point } from './line-path.ts'
import { plotBox } from './plot-frame.ts'
import type { SeriesStyle } from './series-style.ts'

export type Stroke = 'thin' | 'thick' | 'dashed'

const widths: Readonly<Record<Stroke, number>> = { thin: 1.3, thick: 2.2, dashed: 1.8 }

export const line = (points: readonly Point[], { className, colour, dash }: SeriesStyle, stroke: Stroke): Markup => {
  const dashed = stroke === 'dashed' && dash !== '' ? html` stroke-dasharray="${dash}"` : html``
  return html`<path class="line ${className}" d="${linePath(points, plotBox)}" fill="none" stroke="${colour}" stroke-width="${widths[stroke]}" stroke-linecap="round" stroke-linejoin="round" vector-effect="non-scaling-stroke"${dashed}/>`
}

/** A figure that something is held against. */
export const reference = (y: number): Markup => {
  const at = ((1 - y) * plotBox.height).toFixed(1)
  return html`<line class="reference" x1="0" x2="${plotBox.width}" y1="${at}" y2="${at}" stroke="#222" stroke-width="1.5" stroke-dasharray="6 4" vector-effect="non-scaling-stroke"/>`
}

export type Span = { readonly from: number; readonly to: number }
export type Bar = Span & { readonly bottom: number; readonly top: number }

export const bar = ({ from, to, bottom, top }: Bar, { className, colour }: SeriesStyle): Markup => {
  const { width, height } = plotBox
  const place = html`x="${(from * width).toFixed(1)}" width="${((to - from) * width).toFixed(1)}" y="${((1 - top) * height).toFixed(1)}" height="${((top - bottom) * height).toFixed(1)}"`
  return html`<rect class="bar ${className}" ${place} fill="${colour}"/>`
}

/** Says its text where somebody points: the only way without a script. */
export const pointedAt = ({ from, to }: Span, text: string): Markup =>
  html`<rect x="${(from * plotBox.width).toFixed(1)}" width="${((to - from) * plotBox.width).toFixed(1)}" y="0" height="${plotBox.height}" fill="transparent" class="column"><title>${text}</title></rect>`
