import type { HistoryResult } from '../../flows/history.ts'
import type { Evidence, ReleaseRecord } from '../../releases/release.ts'
import { renderTable } from '../table.ts'
import { ageInWords, durationInWords } from '../words-for-time.ts'
import { commitWords, originWords, shortDigest } from './release-words.ts'

type When = { readonly now: Date; readonly width: number | null }

const kindWords = ({ kind, restores, promotedFrom }: ReleaseRecord): string => {
  if (kind === 'rollback') return `rollback to ${restores ?? '?'}`
  return promotedFrom === null ? 'deploy' : `promoted from ${promotedFrom.environment} ${promotedFrom.release}`
}

/** All releases, newest first, with a mark at the one that users are on. */
export const historyView = ({ records, current }: HistoryResult, { now, width }: When): string =>
  records.length === 0
    ? 'There is no release yet.'
    : renderTable({
        columns: [
          { title: 'RELEASE', value: ({ number }) => `${number}${number === current ? ' *' : ''}` },
          { title: 'STATE', value: ({ state }) => state },
          { title: 'KIND', value: kindWords },
          { title: 'WHEN', value: ({ startedAt }) => ageInWords(startedAt, now) },
          { title: 'WHO', value: ({ who }) => who },
          { title: 'COMMIT', value: commitWords },
          { title: 'WHY', value: ({ why, failure }) => failure?.code ?? why ?? '' },
        ],
        rows: records,
        width,
      })

const evidenceWords = (evidence: Evidence): readonly string[] => {
  const section = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : [`  ${title}`, ...lines.map((line) => `    ${line}`)]
  const ended = evidence.signal ?? evidence.exitCode
  return [
    `Evidence for ${evidence.service}: ${evidence.reason}`,
    ...(ended === null || ended === undefined ? [] : [`  ended with ${ended}`]),
    ...section('probe', evidence.probeFailures),
    ...section('events', evidence.events),
    ...section('last log lines', evidence.lastLogs),
    ...section('log lines of the instance before', evidence.previousLogs),
  ]
}

/** One release with everything that was kept of it. */
export const releaseView = (record: ReleaseRecord, { now, width }: When): string => {
  const services = renderTable({
    columns: [
      { title: 'SERVICE', value: ([service]) => service },
      { title: 'DIGEST', value: ([, { digest }]) => shortDigest(digest) },
      { title: 'SETTINGS', value: ([, { settingsHash }]) => settingsHash },
    ],
    rows: Object.entries(record.services),
    width,
  })
  const steps = record.steps.map(({ name, outcome, milliseconds, detail }) => {
    const took = milliseconds === undefined ? '' : ` ${durationInWords(milliseconds)}`
    return `  ${name}: ${outcome}${took}${detail === undefined ? '' : ` (${detail})`}`
  })
  const migrations = record.migrations.map(
    ({ service, name, reversible }) => `  ${service} ${name}${reversible ? '' : ' (cannot be undone)'}`,
  )
  const failure = record.failure
  return [
    `Release ${record.number} of ${record.environment}: ${record.state} (${kindWords(record)})`,
    `By ${record.who}, ${ageInWords(record.startedAt, now)}, commit ${commitWords(record)}`,
    ...(record.why === null ? [] : [`Why: ${record.why}`]),
    ...(record.promotedFrom === null ? [] : [`Promoted from: ${originWords(record.promotedFrom)}, nothing was built`]),
    ...(record.previous === null ? [] : [`Before it: release ${record.previous}`]),
    '',
    services,
    ...(migrations.length === 0 ? [] : ['', 'Migrations', ...migrations]),
    '',
    'Steps',
    ...steps,
    ...(failure === null ? [] : ['', `${failure.code}: ${failure.what}`, ...failure.why.map((line) => `  ${line}`)]),
    ...record.evidence.flatMap((evidence) => ['', ...evidenceWords(evidence)]),
  ].join('\n')
}
