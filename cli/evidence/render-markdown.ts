import type { Evidence } from './evidence.ts'
import {
  costWords,
  factsWords,
  findingsWords,
  headline,
  rolloutWords,
  shortDigest,
  shortSha,
  testsWords,
} from './evidence-words.ts'

const commitsShown = 15

/** Nothing that comes from elsewhere becomes a link, a mention or a table of its own. */
const plain = (text: string): string =>
  text.replaceAll(/\s+/g, ' ').replaceAll(/[\\`*_[\]<>|#@~]/g, (mark) => (mark === '@' ? '@\u200b' : `\\${mark}`))

const code = (text: string): string => `\`${text.replaceAll('`', "'")}\``
const block = (lines: readonly string[]): string => ['````text', ...lines, '````'].join('\n')

const part = (title: string, lines: readonly string[]): readonly string[] =>
  lines.length === 0 ? [] : ['', `### ${title}`, '', ...lines]

/** A comment of a pull request. */
export function renderMarkdown(evidence: Evidence): string {
  const { failure, sentence, build } = evidence
  return [
    `## ${plain(headline(evidence))}`,
    '',
    `**${plain(sentence)}**`,
    '',
    ...factsWords(evidence).map((fact) => `- ${plain(fact)}`),
    ...(build.url === null ? [] : [`- <${build.url}>`]),
    ...(failure === null
      ? []
      : part(`${failure.code} in ${code(`shopctl ${failure.typed}`)}`, [block([...failure.why, ...failure.fix])])),
    ...part(
      'Rollouts',
      evidence.rollouts.flatMap((rollout) => [
        `- ${plain(rolloutWords(rollout))}`,
        ...rollout.changes.map(
          ({ service, from, to }) => `  - ${plain(service)}: ${code(shortDigest(from))} → ${code(shortDigest(to))}`,
        ),
      ]),
    ),
    ...part('What changed', changesLines(evidence)),
    ...part(
      'Tests',
      evidence.tests.map((line) => `- ${plain(`${line.name}: ${testsWords(line)}`)}`),
    ),
    ...part(
      'Scans',
      evidence.scans.map((line) => `- ${plain(`${line.subject}: ${line.verdict}, ${findingsWords(line)}`)}`),
    ),
    ...part(
      'Load',
      evidence.loads.flatMap((load) => [
        `- ${plain(`${load.environment}, profile ${load.profile}: ${load.verdict}, ${load.figures}`)}`,
        ...load.objectives.map((line) => `  - ${plain(`${line.text}: ${line.verdict}, ${line.because}`)}`),
      ]),
    ),
    ...part(
      'Cost',
      evidence.costs.map((line) => `- ${plain(costWords(line))}`),
    ),
    '',
  ].join('\n')
}

function changesLines({ changes }: Evidence): readonly string[] {
  if (changes === null) return []
  const { commits, since } = changes
  const shown = commits
    .slice(0, commitsShown)
    .map(({ sha, subject, author }) => `- ${code(shortSha(sha))} ${plain(`${subject} (${author})`)}`)
  const more = commits.length - shown.length
  return [`${commits.length} since ${plain(since)}`, '', ...shown, ...(more > 0 ? [`- and ${more} more`] : [])]
}
