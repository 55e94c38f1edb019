import { figure } from '../figures-in-words.ts'
import { html, type Markup } from '../page/html.ts'
import type { Scale } from './scale.ts'

export type Mark = { readonly at: number; readonly label: string }

export type PlotFrame = {
  /** What a reader hears who cannot see it. */
  readonly description: string
  readonly x: { readonly title: string; readonly marks: readonly Mark[] }
  readonly y: { readonly title: string; readonly scale: Scale }
  /** Stretches of the horizontal axis, from 0 to 1. */
  readonly shaded: readonly { readonly from: number; readonly to: number }[]
  /** Drawn in a box of `plotBox`, which is stretched to the width that there is. */
  readonly content: Markup
}

/** Of what is drawn inside; a stroke keeps its width however it is stretched. */
export const plotBox = { width: 1_000, height: 200 } as const

// Places across are shares of the width and the heights are pixels: text stays as large on a telephone as on a desk,
// without a script. Attributes and no style sheet: what is drawn survives where a server forbids inline styles.
const left = 13
const right = 4
const top = 26
const bottom = top + plotBox.height

const across = (at: number): string => `${(left + at * (100 - left - right)).toFixed(2)}%`
const down = (at: number): string => (bottom - at * plotBox.height).toFixed(1)

export const renderFrame = ({
  description,
  x,
  y,
  shaded,
  content,
}: PlotFrame): Markup => html`<svg role="img" aria-label="${description}" width="100%" height="${bottom + 44}" font-family="system-ui, sans-serif" font-size="11">
<text class="axis" x="0" y="14" fill="#555">${y.title}</text>
${shaded.map((stretch) => shade(stretch))}${y.scale.ticks.map((tick) => horizontal(tick, y.scale))}${x.marks.map(vertical)}
<text class="axis" x="${across(0.5)}" y="${bottom + 38}" text-anchor="middle" fill="#555">${x.title}</text>
<svg x="${across(0)}" y="${top}" width="${100 - left - right}%" height="${plotBox.height}" viewBox="0 0 ${plotBox.width} ${plotBox.height}" preserveAspectRatio="none" overflow="visible">${content}</svg>
</svg>`

const shade = ({ from, to }: { readonly from: number; readonly to: number }): Markup =>
  html`<rect class="full-load" x="${across(from)}" y="${top}" width="${((to - from) * (100 - left - right)).toFixed(2)}%" height="${plotBox.height}" fill="#eef3f8"/>`

const horizontal = (tick: number, scale: Scale): Markup => {
  const at = down(scale.at(tick))
  return html`<line class="grid" x1="${across(0)}" x2="${across(1)}" y1="${at}" y2="${at}" stroke="#d5d9de"/><text class="axis" x="${left - 1}%" y="${at}" dy="0.35em" text-anchor="end" fill="#555">${tickLabel(tick)}</text>`
}

const tickLabel = (tick: number): string => (tick >= 1_000 ? figure(tick) : String(Number(tick.toPrecision(3))))

const vertical = ({ at, label }: Mark): Markup => {
  const anchor = at > 0.97 ? 'end' : 'middle'
  return html`<line class="tick" x1="${across(at)}" x2="${across(at)}" y1="${bottom}" y2="${bottom + 4}" stroke="#888"/><text class="axis" x="${across(at)}" y="${bottom + 18}" text-anchor="${anchor}" fill="#555">${label}</text>`
}
