import { durationInWords } from '../output/words-for-time.ts'
import { escapeHtml } from '../tools/escape-html.ts'
import type { Evidence, Rollout } from './evidence.ts'
import {
  commandWords,
  costWords,
  factsWords,
  findingsWords,
  headline,
  outcomeWords,
  rolloutWords,
  shortDigest,
  shortSha,
  testsWords,
} from './evidence-words.ts'
import { pageStyle } from './page-style.ts'

const paragraph = (text: string): string => `<p>${escapeHtml(text)}</p>`
const code = (text: string): string => `<code>${escapeHtml(text)}</code>`
const cell = (html: string): string => `<td>${html}</td>`
const list = (items: readonly string[]): string => `<ul>${items.map((item) => `<li>${item}</li>`).join('')}</ul>`

const section = (title: string, parts: readonly string[]): readonly string[] =>
  parts.length === 0 ? [] : [`<section><h2>${escapeHtml(title)}</h2>`, ...parts, '</section>']

type Table = { readonly titles: readonly string[]; readonly rows: readonly (readonly string[])[] }

/** Cells are HTML already. */
const table = ({ titles, rows }: Table): readonly string[] =>
  rows.length === 0
    ? []
    : [
        `<div class="wide"><table><thead><tr>${titles.map((title) => `<th>${title}</th>`).join('')}</tr></thead><tbody>`,
        ...rows.map((row) => `<tr>${row.map(cell).join('')}</tr>`),
        '</tbody></table></div>',
      ]

/** Only an address of the web becomes a link: what is told here comes from elsewhere. */
const link = (url: string | null, text: string): string =>
  url !== null && /^https?:\/\//.test(url) ? `<a href="${escapeHtml(url)}">${escapeHtml(text)}</a>` : escapeHtml(text)

const verdictMark = (word: string, text = word): string =>
  `<span class="mark ${word.replaceAll(/[^a-z-]/g, '')}">${escapeHtml(text)}</span>`

/** One page that loads nothing: what happened first, then what it rests on. */
export function renderPage(evidence: Evidence): string {
  const { build, outcome, sentence } = evidence
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
    `<title>${escapeHtml(headline(evidence))}</title>`,
    `<style>${pageStyle}</style></head><body><main>`,
    `<header class="${outcome}"><h1>${link(build.url, build.name)} ${verdictMark(outcome, outcomeWords[outcome])}</h1>`,
    `<p class="sentence">${escapeHtml(sentence)}</p>`,
    ...factsWords(evidence).map(paragraph),
    '</header>',
    ...failurePart(evidence),
    ...section('Rollouts', evidence.rollouts.flatMap(rolloutPart)),
    ...section('What changed', changesPart(evidence)),
    ...section('Built', builtPart(evidence)),
    ...section('Tests', testsPart(evidence)),
    ...section('Scans', scansPart(evidence)),
    ...section('Load', loadPart(evidence)),
    ...section('Cost', costPart(evidence)),
    ...section('Warnings', evidence.warnings.length === 0 ? [] : [list(evidence.warnings.map(escapeHtml))]),
    ...section('Commands', commandsPart(evidence)),
    '</main></body></html>',
    '',
  ].join('\n')
}

const failurePart = ({ failure }: Evidence): readonly string[] =>
  failure === null
    ? []
    : section(`${failure.code} in shopctl ${failure.typed}`, [
        ...(failure.why.length === 0 ? [] : ['<h3>Why</h3>', `<pre>${escapeHtml(failure.why.join('\n'))}</pre>`]),
        ...(failure.fix.length === 0 ? [] : ['<h3>Fix</h3>', `<pre>${escapeHtml(failure.fix.join('\n'))}</pre>`]),
      ])

const rolloutPart = (rollout: Rollout): readonly string[] => [
  `<h3>${escapeHtml(rolloutWords(rollout))}</h3>`,
  ...table({
    titles: ['Service', 'Before', 'Now'],
    rows: rollout.changes.map(({ service, from, to }) => [
      escapeHtml(service),
      code(shortDigest(from)),
      code(shortDigest(to)),
    ]),
  }),
  ...timeline(rollout),
]

const percent = (part: number, whole: number): string => `${((100 * part) / Math.max(1, whole)).toFixed(2)}%`

/** A bar for each step, where it stands in the whole; in words beside it for who sees no bars. */
const timeline = ({ steps, milliseconds }: Rollout): readonly string[] =>
  steps.length === 0
    ? []
    : [
        '<ol class="timeline">',
        ...steps.map(({ title, outcome, atMilliseconds, milliseconds: took, detail }) => {
          const place = `left:${percent(atMilliseconds, milliseconds)};width:${percent(took, milliseconds)}`
          const words = outcome === 'skipped' ? 'skipped' : durationInWords(took)
          const more = detail === null ? '' : ` <small>${escapeHtml(detail)}</small>`
          return `<li class="${outcome}"><span class="step">${escapeHtml(title)}${more}</span><span class="track"><i style="${place}"></i></span><span class="took">${outcome === 'done' || outcome === 'skipped' ? '' : `${outcome}, `}${words}</span></li>`
        }),
        '</ol>',
      ]

const changesPart = ({ changes }: Evidence): readonly string[] =>
  changes === null
    ? []
    : [
        paragraph(`${changes.commits.length} since ${changes.since}`),
        ...(changes.commits.length === 0
          ? []
          : [
              list(
                changes.commits.map(
                  ({ sha, subject, author }) => `${code(shortSha(sha))} ${escapeHtml(`${subject} (${author})`)}`,
                ),
              ),
            ]),
      ]

const builtPart = ({ digests }: Evidence): readonly string[] =>
  table({
    titles: ['Service', 'Digest'],
    rows: digests.map(({ service, digest }) => [escapeHtml(service), code(digest)]),
  })

const testsPart = ({ tests }: Evidence): readonly string[] => [
  ...table({
    titles: ['Tests', 'Verdict', 'Result'],
    rows: tests.map((line) => {
      const verdict = line.failed > 0 ? 'failed' : line.passed > 0 ? 'passed' : 'unknown'
      return [escapeHtml(line.name), verdictMark(verdict), escapeHtml(testsWords(line))]
    }),
  }),
  ...tests.flatMap(({ failures }) => (failures.length === 0 ? [] : [list(failures.map(escapeHtml))])),
]

const scansPart = ({ scans }: Evidence): readonly string[] =>
  table({
    titles: ['Scanned', 'Verdict', 'Findings'],
    rows: scans.map((line) => [escapeHtml(line.subject), verdictMark(line.verdict), escapeHtml(findingsWords(line))]),
  })

const loadPart = ({ loads }: Evidence): readonly string[] =>
  loads.flatMap(({ environment, profile, verdict, figures, objectives }) => [
    `<h3>${escapeHtml(`${environment}, profile ${profile}`)} ${verdictMark(verdict)}</h3>`,
    paragraph(figures),
    ...table({
      titles: ['Objective', 'Verdict', 'Because'],
      rows: objectives.map((line) => [escapeHtml(line.text), verdictMark(line.verdict), escapeHtml(line.because)]),
    }),
  ])

const costPart = ({ costs }: Evidence): readonly string[] =>
  costs.length === 0 ? [] : [list(costs.map((line) => `${escapeHtml(costWords(line))} ${verdictMark(line.verdict)}`))]

const commandsPart = ({ commands }: Evidence): readonly string[] =>
  table({
    titles: ['Command', 'Outcome'],
    rows: commands.map((run) => [code(`shopctl ${run.typed}`), escapeHtml(commandWords(run))]),
  })
