import type { KeptRun } from './kept-run.ts'
import { html, nothing } from './page/html.ts'
import { renderPlots } from './page/plots.ts'
import { factorsList, factsList, figuresTables, objectivesTable, reasonsTable, tiles } from './page/sections.ts'
import { style } from './page/style.ts'
import { runTitle } from './run-facts.ts'
import { runVerdict } from './run-verdict.ts'

/** One page that loads nothing and needs no script; the same run makes the same page. */
export const renderReport = (run: KeptRun): string => {
  const { state, headline } = runVerdict(run)
  const { notes } = run.result
  const title = runTitle(run)
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${state}: ${title}</title>
<style>${style}</style>
</head>
<body>
<main>
<header class="${state}"><h1>${title}</h1><p class="headline">${headline}</p>
${notes.length === 0 ? nothing : html`<ul>${notes.map((note) => html`<li>${note}</li>`)}</ul>`}</header>
${tiles(run)}${objectivesTable(run)}${factorsList(run)}<h2>Over time</h2>
${renderPlots(run)}
${figuresTables(run)}${reasonsTable(run)}${factsList(run)}</main>
</body>
</html>
`.text
}
