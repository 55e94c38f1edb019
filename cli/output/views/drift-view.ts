import type { Difference, DriftReport } from '../../infrastructure/drift-report.ts'
import { printable } from '../printable.ts'
import { wrapWords } from '../wrap-words.ts'

export type DriftViewRequest = {
  /** `prod`, or `staging, which stands on shop-prod`. */
  readonly subject: string
  /** Width of the terminal; null where there is none: then lines are for 80 columns. */
  readonly width: number | null
}

/** `untracked` is null where AWS does not answer which resources have our tags. */
export type DriftToShow = Pick<DriftReport, 'differences'> & { readonly untracked: DriftReport['untracked'] | null }

const titles: readonly (readonly [Difference['meaning'], string])[] = [
  ['exposure', 'OPENED TO OTHERS'],
  ['data-loss', 'DATA AT RISK'],
  ['outage', 'USERS MAY NOTICE'],
  ['other', 'OTHER DIFFERENCES'],
]

const valueWords = ({ kind, attribute, expected, found }: Difference): string => {
  if (kind === 'deleted') return `deleted; it was ${expected ?? 'as in the code'}`
  if (expected === null) return `${attribute}: ${found} was added`
  return `${attribute}: ${expected} is expected, ${found ?? 'nothing'} was found`
}

const headline = ({ differences, untracked }: DriftToShow, subject: string): string => {
  const left = untracked?.length ?? 0
  if (differences.length === 0 && left === 0) return `${subject}: as in the code.`
  const count = `${differences.length} ${differences.length === 1 ? 'difference' : 'differences'}`
  return `${subject}: ${count} from the code${left === 0 ? '' : `, ${left} of ours in no state`}`
}

/** Worst first; a command to paste stands alone and is never wrapped. */
export const driftView = (drift: DriftToShow, { subject, width }: DriftViewRequest): string => {
  const { differences, untracked } = drift
  const at = (depth: number, text: string): string =>
    wrapWords(printable(text).replaceAll('\n', ' '), {
      first: '  '.repeat(depth),
      rest: '  '.repeat(depth + 1),
      columns: width ?? 80,
    })
  const told = (one: Difference): readonly string[] => [
    at(2, valueWords(one)),
    ...(one.by === null ? [] : [at(3, `by ${one.by.who} at ${one.by.when} (${one.by.call})`)]),
    at(3, one.remedy),
    ...(one.command === undefined ? [] : [printable(one.command)]),
  ]
  const sections = titles.flatMap(([meaning, title]) => {
    const ofMeaning = differences.filter((one) => one.meaning === meaning)
    if (ofMeaning.length === 0) return []
    const lines = [...Map.groupBy(ofMeaning, ({ address }) => address)].flatMap(([address, list]) => [
      at(1, address),
      ...list.flatMap(told),
    ])
    return [[title, ...lines]]
  })
  const left =
    untracked === null
      ? [['AWS does not say which resources have our tags: what a killed run left is not known.']]
      : untracked.length === 0
        ? []
        : [['OURS BY THEIR TAGS, BUT IN NO STATE', ...untracked.map(({ arn }) => at(1, arn))]]
  return [[at(0, headline(drift, subject))], ...sections, ...left].map((lines) => lines.join('\n')).join('\n\n')
}
