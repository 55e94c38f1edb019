import type { SloReport } from '../../flows/slo.ts'
import { renderTable } from '../table.ts'
import { durationInWords } from '../words-for-time.ts'

type Objective = SloReport['objectives'][number]

const unknown = 'no data'

/** 99.95 %, not 100 %: what is missing is what people look for. */
const percent = (ratio: number): string => {
  const shown = (Math.floor(ratio * 100_000) / 1000).toFixed(3).replace(/\.?0+$/, '')
  return `${shown} %`
}

const minuteMilliseconds = 60_000

const minutesInWords = (minutes: number): string => {
  const words = durationInWords(Math.abs(minutes) * minuteMilliseconds)
  return minutes < 0 ? `${words} too much` : words
}

const budgetWords = ({ budget: { remainingRatio } }: Objective): string =>
  remainingRatio === null ? unknown : `${Math.floor(remainingRatio * 1000) / 10} %`

const timeWords = ({ budget: { remainingMinutes, totalMinutes } }: Objective): string =>
  remainingMinutes === null ? '-' : `${minutesInWords(remainingMinutes)} of ${minutesInWords(totalMinutes)}`

const rateWords = (rate: number | null): string => (rate === null ? '-' : `${rate.toFixed(rate < 10 ? 2 : 1)}×`)

const headline = ({ environment, prometheus, targets }: SloReport): string => {
  if (targets.total === 0) return `Prometheus at ${prometheus} asks nothing of ${environment}.`
  const down = targets.total - targets.up
  return `${environment} by ${prometheus}: ${targets.total} targets${down === 0 ? '' : `, ${down} of them silent`}`
}

const spentLine = ({ objectives }: SloReport): string => {
  const spent = objectives.filter(({ state }) => state === 'spent').map(({ id }) => id)
  const silent = objectives.filter(({ state }) => state === 'unknown').length
  const told = spent.length === 0 ? 'No budget is spent' : `Spent: ${spent.join(', ')}`
  if (silent === objectives.length) return 'Nothing is known of any objective; that is not the same as kept.'
  return silent === 0 ? `${told}.` : `${told}; nothing is known of ${silent} of ${objectives.length}.`
}

/** One line an objective. */
export const sloView = (report: SloReport, { width }: { readonly width: number | null }): string => {
  const table = renderTable({
    columns: [
      { title: 'OBJECTIVE', value: ({ id }) => id },
      { title: 'TARGET', value: ({ targetRatio }) => percent(targetRatio), align: 'right' },
      { title: 'NOW', value: ({ nowRatio }) => (nowRatio === null ? unknown : percent(nowRatio)), align: 'right' },
      { title: 'BUDGET', value: budgetWords, align: 'right' },
      { title: 'LEFT', value: timeWords },
      { title: 'BURN 1H', value: ({ burnRate }) => rateWords(burnRate.oneHour), align: 'right' },
      { title: 'BURN 6H', value: ({ burnRate }) => rateWords(burnRate.sixHours), align: 'right' },
      { title: 'STATE', value: ({ state }) => state },
    ],
    rows: report.objectives,
    width,
  })
  return [headline(report), '', table, '', spentLine(report)].join('\n')
}
