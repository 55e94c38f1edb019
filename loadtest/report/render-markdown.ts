import { measureText, objectiveText } from '../engine/objectives/objective.ts'
import { figuresOf } from '../engine/result/run-result.ts'
import { percent } from './figures-in-words.ts'
import {
  correctedColumns,
  countColumns,
  type FiguresRow,
  latencyColumns,
  reasonRows,
  scenarioRows,
} from './figures-rows.ts'
import type { KeptRun } from './kept-run.ts'
import { limitingFactors } from './limiting-factors.ts'
import { escapeMarkdown, figures, markdownTable, text } from './markdown.ts'
import { runFacts, runTitle } from './run-facts.ts'
import { runVerdict } from './run-verdict.ts'

const mostReasons = 10

/** For a pull request: the verdict, what it is made of and what to know; no plots. */
export const renderMarkdown = (run: KeptRun): string => {
  const sections = [
    `## ${escapeMarkdown(runTitle(run))}`,
    `**${escapeMarkdown(runVerdict(run).headline)}**`,
    ...run.result.notes.map((note) => `> ${escapeMarkdown(note)}`),
    objectives(run),
    limitingFactors(run)
      .map(({ isLimit, sentence }) => `- ${isLimit ? '⚠️ ' : ''}${escapeMarkdown(sentence)}`)
      .join('\n'),
    scenarios(run),
    reasons(run),
    facts(run),
  ]
  return `${sections.filter((section) => section !== '').join('\n\n')}\n`
}

const marks = { met: '✅ met', missed: '❌ missed', unknown: '❔ unknown' } as const

const objectives = ({ judgements }: KeptRun): string =>
  judgements.length === 0
    ? ''
    : markdownTable(
        [text('objective'), figures('figure'), text('verdict')],
        judgements.map(({ objective, value, verdict, because }) => [
          objectiveText(objective),
          value === null ? '–' : measureText(objective.measure, value),
          verdict === 'unknown' ? `${marks.unknown}: ${because}` : marks[verdict],
        ]),
      )

const scenarios = ({ result }: KeptRun): string => {
  if (figuresOf(result, { kind: 'all' }) === undefined) return ''
  const asked = new Set(['requests', 'errors', 'requests/s', 'mean', 'p50', 'p95', 'p99', 'max'])
  const columns = [...countColumns, ...latencyColumns].filter(({ title }) => asked.has(title))
  const all = [...columns, ...correctedColumns(result)]
  const row = ({ name, figures: mine }: FiguresRow) => [name, ...all.map(({ value }) => value(mine))]
  const note = 'Latencies in milliseconds; requests/s ended ok at full load.'
  return `${markdownTable([text('scenario'), ...all.map(({ title }) => figures(title))], scenarioRows(result).map(row))}\n\n${note}`
}

const reasons = ({ result }: KeptRun): string => {
  const rows = reasonRows(result)
  if (rows.length === 0) return ''
  const total = rows.reduce((sum, { times }) => sum + times, 0)
  const lines = rows
    .slice(0, mostReasons)
    .map(({ endpoint, reason, times }) => [endpoint, reason, String(times), percent(times / total)])
  const more =
    rows.length > mostReasons ? `\n\nAnd ${rows.length - mostReasons} other reasons with fewer requests.` : ''
  return `${markdownTable([text('endpoint'), text('failed because'), figures('requests'), figures('of all')], lines)}${more}`
}

const facts = (run: KeptRun): string => {
  const lines = runFacts(run).map(({ name, value }) => `- ${name}: ${escapeMarkdown(value)}`)
  return `<details><summary>The run</summary>\n\n${lines.join('\n')}\n\n</details>`
}
