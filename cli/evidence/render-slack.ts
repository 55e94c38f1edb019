import type { Evidence, Outcome } from './evidence.ts'
import { factsWords, findingsWords, headline, rolloutWords, testsWords } from './evidence-words.ts'

/** https://docs.slack.dev/reference/block-kit/blocks/section-block: the text of a section. */
const sectionCharacters = 3_000
const signs: Readonly<Record<Outcome, string>> = {
  passed: ':large_green_circle:',
  failed: ':red_circle:',
  unknown: ':large_yellow_circle:',
  aborted: ':white_circle:',
}

/** https://docs.slack.dev/messaging/formatting-message-text: these three, and nothing else. */
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

const cut = (text: string, characters = sectionCharacters): string =>
  text.length <= characters ? text : `${text.slice(0, characters - 1)}…`

const fence = '```'
/** Cut inside of it: without its end the rest of the message would be code. */
const fenced = (text: string): string =>
  `${fence}${cut(escaped(text).replaceAll(fence, "'''"), sectionCharacters - 2 * fence.length)}${fence}`

const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text: cut(text) } }) as const

export type SlackMessage = {
  /** What a notification shows where there is no place for blocks. */
  readonly text: string
  readonly blocks: readonly ReturnType<typeof section>[]
}

/** For an incoming webhook, which needs no token and knows its channel. */
export function renderSlack(evidence: Evidence): SlackMessage {
  const { build, outcome, sentence, failure } = evidence
  const title = escaped(headline(evidence))
  const linked = build.url === null ? `*${title}*` : `*<${build.url}|${title}>*`
  const facts = factsWords(evidence).map(escaped)
  const checked = [
    ...evidence.rollouts.map(rolloutWords),
    ...evidence.tests.map((line) => `${line.name}: ${testsWords(line)}`),
    ...evidence.scans.map((line) => `${line.subject}: ${line.verdict}, ${findingsWords(line)}`),
    ...evidence.loads.map((load) => `load on ${load.environment}: ${load.verdict}, ${load.figures}`),
  ]
  return {
    text: escaped(`${headline(evidence)}: ${sentence}`),
    blocks: [
      section([`${signs[outcome]} ${linked}`, escaped(sentence), ...facts].join('\n')),
      ...(failure === null ? [] : [section(fenced([...failure.why, ...failure.fix].join('\n')))]),
      ...(checked.length === 0 ? [] : [section(checked.map((line) => `• ${escaped(line)}`).join('\n'))]),
    ],
  }
}
