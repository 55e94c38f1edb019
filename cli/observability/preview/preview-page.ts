import { html, Markup } from '../../../loadtest/report/page/html.ts'
import { style } from '../../../loadtest/report/page/style.ts'
import type { Board, Row } from '../../../observability/dashboards/panel.ts'
import { renderBars } from './bars-figure.ts'
import { renderLines } from './line-figure.ts'
import { knownValues, type PanelData, plainWords, type TimeGrid } from './panel-data.ts'
import { serviceStyle } from './series-styles.ts'

/** A dashboard with what its panels found, in the order of its panels. */
export type PreviewedBoard = { readonly board: Board; readonly panels: readonly PanelData[] }

export type Preview = {
  readonly environment: string
  readonly grid: TimeGrid
  readonly boards: readonly PreviewedBoard[]
}

const more = new Markup(`
${serviceStyle('light')}
@media screen and (prefers-color-scheme:dark){${serviceStyle('dark')}}
main{max-width:1560px}.plots{grid-template-columns:repeat(auto-fit,minmax(min(100%,27rem),1fr))}
nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1rem;list-style:none;padding:0}nav a{color:inherit}
h3.row{margin:1.5rem 0 .6rem}section{margin-top:2.5rem;border-top:1px solid var(--edge)}
.legend{max-height:6.4em;overflow-y:auto;font-variant-numeric:tabular-nums}
.bars{list-style:none;padding:0;margin:.6rem 0;font-size:.8rem}.bars li{display:grid;grid-template-columns:minmax(8rem,14rem) 1fr 5.5rem;gap:.6rem;align-items:center;padding:.15rem 0}
.bars span{overflow-wrap:anywhere}.bars b{text-align:right;font-weight:600;font-variant-numeric:tabular-nums}
.empty{color:var(--soft);font-size:.85rem;padding:1rem 0}code{font-size:.75rem;overflow-wrap:anywhere}
`)

/** One page that loads nothing and needs no script; the same data makes the same page. */
export const renderPreview = (preview: Preview): string => {
  const { environment, grid, boards } = preview
  const title = `Dashboards of ${environment}`
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${style}${more}</style>
</head>
<body>
<main>
<h1>${title}</h1><p class="soft">${spanInWords(grid)}</p>
<nav><ul>${boards.map(({ board }) => html`<li><a href="#${board.uid}">${board.title}</a></li>`)}</ul></nav>
${boards.map((previewed) => boardSection(previewed, grid))}</main>
</body>
</html>
`.text
}

const minutesOf = (seconds: number): string => new Date(seconds * 1_000).toISOString().slice(0, 16).replace('T', ' ')

const spanInWords = ({ fromSeconds, stepSeconds, count }: TimeGrid): string =>
  `${minutesOf(fromSeconds)} to ${minutesOf(fromSeconds + (count - 1) * stepSeconds)} UTC, one value every ${stepSeconds} s`

const boardSection = ({ board, panels }: PreviewedBoard, grid: TimeGrid): Markup => {
  const { uid, title, description, rows } = board
  return html`<section id="${uid}"><h2>${title}</h2><p class="soft">${description}</p>
${rows.map((row) => rowOf(row, { panels, grid, headed: rows.length > 1 ? 'headed' : 'plain' }))}</section>
`
}

type RowParts = {
  readonly panels: readonly PanelData[]
  readonly grid: TimeGrid
  readonly headed: 'headed' | 'plain'
}

const rowOf = (row: Row, { panels, grid, headed }: RowParts): Markup => {
  const own = panels.filter(({ panel }) => row.panels.includes(panel))
  const heading = headed === 'headed' ? html`<h3 class="row">${row.title}</h3>` : html``
  return html`${heading}<div class="plots">
${own.map((data) => figureOf(data, grid))}</div>
`
}

const figureOf = (data: PanelData, grid: TimeGrid): Markup => {
  if (knownValues(data).length === 0) return emptyFigure(data)
  return data.panel.drawn === 'bars' ? renderBars(data) : renderLines(data, grid)
}

/** What nobody has measured is no zero: it is said, with what was asked. */
const emptyFigure = ({ panel, asked }: PanelData): Markup => html`<figure>
<figcaption><h3>${panel.title}</h3><p>${plainWords(panel.description)}</p></figcaption>
<p class="empty">No data in this time.</p>
${asked.map((expr) => html`<p><code>${expr}</code></p>`)}
</figure>
`
