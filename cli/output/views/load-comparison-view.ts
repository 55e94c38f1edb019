import { measures, measureText } from '../../../loadtest/engine/objectives/objective.ts'
import { scopeText } from '../../../loadtest/engine/result/scope.ts'
import type { LoadComparison } from '../../flows/loadtest/compare.ts'
import { printable } from '../printable.ts'
import { renderTable } from '../table.ts'

type Figure = LoadComparison['comparison']['figures'][number]

const signed = (value: number, unit: string): string => `${value > 0 ? '+' : ''}${value.toFixed(1)}${unit}`

/** Errors differ by points of a hundred requests; all else by shares of the figure before. */
const changeText = ({ change, measure }: Figure): string => {
  if (change === null) return '-'
  const unit = measure === 'errorShare' ? ' pt' : ' %'
  const [low, high] = [signed(change.low * 100, ''), signed(change.high * 100, '')]
  return `${signed(change.value * 100, unit)} (${low} to ${high})`
}

const figureText = ({ measure }: Figure, value: number | null): string =>
  value === null ? '-' : measureText(measure, value)

const verdictText = ({ verdict, isWorseThanTolerated, because }: Figure): string => {
  if (because !== null) return `${verdict}: ${because}`
  return isWorseThanTolerated ? verdict.toUpperCase() : verdict
}

/** Of all requests and of scenarios everything; of endpoints, of which there are many, only what differs. */
const isTelling = ({ scope, change, verdict }: Figure): boolean =>
  scope.kind !== 'endpoint' || (change !== null && verdict !== 'no difference that can be told')

const leftOut = (figures: number): readonly string[] =>
  figures === 0 ? [] : [`And ${figures} figures of endpoints without a difference that can be told; --json has all.`]

/** Figures with the interval of its change, what to know about it, and the verdict last. */
export const loadComparisonView = (
  { profile, before, after, comparison }: LoadComparison,
  { width }: { readonly width: number | null },
): string => {
  const shown = comparison.figures.filter(isTelling)
  const table = renderTable({
    columns: [
      { title: 'OF', value: ({ scope }) => scopeText(scope) },
      { title: 'FIGURE', value: ({ measure }) => measures[measure].label },
      { title: 'A', value: (figure) => figureText(figure, figure.before), align: 'right' },
      { title: 'B', value: (figure) => figureText(figure, figure.after), align: 'right' },
      { title: 'CHANGE', value: changeText, align: 'right' },
      { title: 'VERDICT', value: verdictText },
    ],
    rows: shown,
    width,
  })
  return printable(
    [
      `Load test "${profile}": A is ${runText(before)}, B is ${runText(after)}`,
      '',
      table,
      ...leftOut(comparison.figures.length - shown.length),
      '',
      ...comparison.notes.map((note) => `Note: ${note}.`),
      secondsText(comparison),
      verdictSentence(comparison),
    ].join('\n'),
  )
}

const runText = ({ file, environment, release }: LoadComparison['before']): string =>
  `${file} (${environment}${release === null ? '' : `, release ${release}`})`

const secondsText = ({ seconds, confidence }: LoadComparison['comparison']): string =>
  `Compared at full load: ${seconds.before} s of A with ${seconds.after} s of B; all intervals together hold with ${confidence * 100} %.`

const verdictSentence = ({ verdict, figures, tolerance }: LoadComparison['comparison']): string => {
  const tolerated = `${Number((tolerance * 100).toFixed(2))} %`
  const worse = figures.filter(({ isWorseThanTolerated }) => isWorseThanTolerated).length
  const sentences: Readonly<Record<typeof verdict, string>> = {
    worse: `Worse: ${worse} of ${figures.length} figures, beyond noise and by more than ${tolerated}.`,
    'worse within tolerance': `Worse beyond noise, but by no more than ${tolerated}.`,
    better: 'Better: what differs beyond noise is better.',
    'no difference that can be told': 'No difference that can be told.',
    'not comparable': 'Not comparable: nothing can be said of any figure.',
  }
  return sentences[verdict]
}
