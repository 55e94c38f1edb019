import { html, type Markup } from '../page/html.ts'
import type { SeriesStyle } from './series-style.ts'
import type { Stroke } from './shapes.ts'

export type LegendEntry = { readonly label: string } & (
  | { readonly kind: 'line'; readonly style: SeriesStyle; readonly stroke: Stroke }
  | { readonly kind: 'bar'; readonly style: SeriesStyle }
  | { readonly kind: 'reference' }
  | { readonly kind: 'full-load' }
)

export type FigureParts = {
  readonly title: string
  /** What a reader has to know to read it right. */
  readonly note: string
  readonly legend: readonly LegendEntry[]
  readonly plot: Markup
}

/** A plot under its title, with what its lines mean. */
export const renderFigure = ({ title, note, legend, plot }: FigureParts): Markup => html`<figure>
<figcaption><h3>${title}</h3><p>${note}</p></figcaption>
<ul class="legend">${legend.map((entry) => html`<li>${swatch(entry)} ${entry.label}</li>`)}</ul>
${plot}
</figure>
`

const swatch = (entry: LegendEntry): Markup =>
  html`<svg width="26" height="10" aria-hidden="true">${sample(entry)}</svg>`

const sample = (entry: LegendEntry): Markup => {
  if (entry.kind === 'full-load') return html`<rect class="full-load" width="26" height="10" fill="#eef3f8"/>`
  if (entry.kind === 'reference') {
    return html`<line class="reference" x1="0" x2="26" y1="5" y2="5" stroke="#222" stroke-width="1.5" stroke-dasharray="6 4"/>`
  }
  const { className, colour, dash } = entry.style
  if (entry.kind === 'bar') return html`<rect class="bar ${className}" x="6" width="14" height="10" fill="${colour}"/>`
  const dashed = entry.stroke === 'dashed' && dash !== '' ? html` stroke-dasharray="${dash}"` : html``
  const width = entry.stroke === 'thin' ? 1.5 : 2.4
  return html`<line class="line ${className}" x1="1" x2="25" y1="5" y2="5" stroke="${colour}" stroke-width="${width}"${dashed}/>`
}
