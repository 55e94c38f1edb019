import type { Judgement } from '../../engine/objectives/judgement.ts'
import { measureText, objectiveText } from '../../engine/objectives/objective.ts'
import { figuresOf } from '../../engine/result/run-result.ts'
import { count, figure, milliseconds, percent } from '../figures-in-words.ts'
import {
  correctedColumns,
  countColumns,
  endpointRows,
  type FiguresRow,
  latencyColumns,
  reasonRows,
  scenarioRows,
} from '../figures-rows.ts'
import type { KeptRun } from '../kept-run.ts'
import { limitingFactors } from '../limiting-factors.ts'
import { runFacts } from '../run-facts.ts'
import { html, type Markup, nothing } from './html.ts'
import { type HtmlColumn, htmlTable } from './html-table.ts'

/** The figures that people ask for first. */
export const tiles = ({ result }: KeptRun): Markup => {
  const all = figuresOf(result, { kind: 'all' })
  if (all === undefined) return nothing
  const shown = [
    ['p50', milliseconds(all.latency.p50)],
    ['p95', milliseconds(all.latency.p95)],
    ['p99', milliseconds(all.latency.p99)],
    ['errors', percent(all.errorShare)],
    ['at full load', all.requestsPerSecond === null ? '–' : `${figure(all.requestsPerSecond)}/s`],
    ['availability', percent(all.availability)],
    ['requests', count(all.counts.ok + all.counts.failed + all.counts.timed_out + all.counts.cancelled)],
  ] as const
  return html`<div class="tiles">${shown.map(([name, value]) => html`<div><span class="soft">${name}</span> <b>${value}</b></div>`)}</div>
`
}

export const factorsList = (run: KeptRun): Markup => html`<h2>What limited it</h2>
<ul class="factors">${limitingFactors(run).map(({ isLimit, sentence }) => html`<li class="${isLimit ? 'limit' : 'no-limit'}">${sentence}</li>`)}</ul>
`

export const objectivesTable = ({ judgements }: KeptRun): Markup => {
  if (judgements.length === 0) return nothing
  const isExplained = judgements.some(({ verdict }) => verdict === 'unknown')
  const because: HtmlColumn<Judgement> = {
    title: 'because',
    value: ({ verdict, because: why }) => (verdict === 'unknown' ? why : ''),
  }
  const columns: readonly HtmlColumn<Judgement>[] = [
    { title: 'objective', value: ({ objective }) => objectiveText(objective) },
    { title: 'verdict', value: ({ verdict }) => html`<span class="verdict ${verdict}">${verdict}</span>` },
    {
      title: 'figure',
      value: ({ objective, value }) => (value === null ? '–' : measureText(objective.measure, value)),
      align: 'right',
    },
    ...(isExplained ? [because] : []),
  ]
  return html`<h2>Objectives</h2>
${htmlTable(columns, judgements)}`
}

const figuresTable = (name: string, { result }: KeptRun, rows: readonly FiguresRow[]): Markup => {
  const columns = [...countColumns, ...latencyColumns, ...correctedColumns(result)]
  return htmlTable<FiguresRow>(
    [
      { title: name, value: (row) => row.name },
      ...columns.map(({ title, value }) => {
        return { title, value: ({ figures }: FiguresRow) => value(figures), align: 'right' as const }
      }),
    ],
    rows,
  )
}

export const figuresTables = (run: KeptRun): Markup => html`<h2>Scenarios</h2>
<p class="soft">Latencies in milliseconds, of requests that ended ok or timed out, over the whole run; requests/s are those that ended ok at full load.</p>
${figuresTable('scenario', run, scenarioRows(run.result))}<h2>Endpoints</h2>
${figuresTable('endpoint', run, endpointRows(run.result))}`

/** More of them say nothing new. */
const mostReasons = 40

export const reasonsTable = ({ result }: KeptRun): Markup => {
  const rows = reasonRows(result)
  if (rows.length === 0) return nothing
  const more = rows.length - mostReasons
  const table = htmlTable(
    [
      { title: 'endpoint', value: ({ endpoint }) => endpoint },
      { title: 'reason', value: ({ reason }) => reason },
      { title: 'requests', value: ({ times }) => count(times), align: 'right' },
    ],
    rows.slice(0, mostReasons),
  )
  return html`<h2>Why requests failed</h2>
${table}${more > 0 ? html`<p class="soft">And ${more} other reasons with fewer requests.</p>` : nothing}`
}

export const factsList = (run: KeptRun): Markup => html`<h2>The run</h2>
<dl>${runFacts(run).map(({ name, value }) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>
`
