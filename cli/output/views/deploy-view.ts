import type { DeployResult } from '../../flows/deploy.ts'
import type { ServiceChange } from '../../flows/situation.ts'
import type { Directions, FieldDifference } from '../../platforms/platform.ts'
import { renderTable } from '../table.ts'
import { originWords, shortDigest } from './release-words.ts'

/** A new image is in the manifest too: the manifest is told where it is all that changes. */
const settingsWord = ({ from, to, settings, manifest }: ServiceChange): string =>
  from === to && settings === 'same' && manifest === 'changed' ? 'same, but not the manifest' : settings

export const changesTable = (changes: readonly ServiceChange[], width: number | null): string =>
  renderTable({
    columns: [
      { title: 'SERVICE', value: ({ service }) => service },
      { title: 'NOW', value: ({ from }) => shortDigest(from) },
      { title: 'THEN', value: ({ to }) => shortDigest(to) },
      { title: 'SETTINGS', value: settingsWord },
    ],
    rows: changes,
    width,
  })

/** Where the shop is and what to paste. A line to paste stands alone, unindented and never wrapped. */
export const directionsView = ({ entry, docs, mails, logins, examples }: Directions): string => {
  const accounts = logins.map(({ role, email, password }) => `  ${role}: ${email}  ${password}`)
  return [
    `Shop  ${entry}`,
    `Docs  ${docs}`,
    ...(mails === null ? [] : [`Mails ${mails}`]),
    ...(accounts.length > 0 ? ['Logins', ...accounts] : []),
    'Try',
    ...examples,
  ].join('\n')
}

/** What a dry run or a diff says. */
export const wouldChangeView = ({ outcome, changes, fields = [] }: DeployResult, width: number | null): string => {
  if (outcome === 'unchanged') return 'Nothing would change.'
  return [...(changes.length > 0 ? [changesTable(changes, width)] : []), ...fieldLines(fields)].join('\n')
}

/** Field by field below their object; what is taken away, then what comes. */
const fieldLines = (fields: readonly FieldDifference[]): readonly string[] =>
  [...Map.groupBy(fields, ({ object }) => object)].flatMap(([object, differences]) => [
    '',
    object,
    ...differences.flatMap(({ path, from, to }) => [
      `  ${path}`,
      ...(from === null ? [] : [`    - ${from}`]),
      ...(to === null ? [] : [`    + ${to}`]),
    ]),
  ])

/** The end of a deploy. */
export const deployView = (
  result: DeployResult,
  { environment, directions, width }: { environment: string; directions: Directions; width: number | null },
): string => {
  const number = result.release?.number
  if (result.outcome === 'unchanged') {
    return `Nothing changed: ${environment} is on release ${number}, and all of it is ready.\n\n${directionsView(directions)}`
  }
  if (result.outcome === 'brought-back') {
    return `Release ${number} of ${environment} is back; nothing else changed.\n\n${directionsView(directions)}`
  }
  const changes = changesTable(result.changes, width)
  const origin = result.release?.promotedFrom ?? null
  const promoted = origin === null ? '' : `, promoted from ${originWords(origin)}`
  return `Release ${number} serves in ${environment}${promoted}.\n\n${changes}\n\n${directionsView(directions)}`
}
