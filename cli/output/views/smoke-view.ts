import type { SmokeReport } from '../../smoke/smoke-report.ts'
import { renderTable } from '../table.ts'
import { durationInWords } from '../words-for-time.ts'

type Row = { readonly what: string; readonly service: string; readonly took: string; readonly result: string }

type Tried = SmokeReport['checks'][number] | SmokeReport['journeys'][number]['steps'][number]

const words = { passed: 'ok', failed: 'FAILED', skipped: 'not tried' } as const

const rowOf = ({ name, service, milliseconds, result }: Tried): Row => ({
  what: name,
  service,
  took: result === 'skipped' ? '-' : String(milliseconds),
  result: words[result],
})

const table = (title: string, rows: readonly Row[], width: number | null): string =>
  renderTable({
    columns: [
      { title, value: ({ what }) => what },
      { title: 'SERVICE', value: ({ service }) => service },
      { title: 'MS', value: ({ took }) => took, align: 'right' },
      { title: 'RESULT', value: ({ result }) => result },
    ],
    rows,
    width,
  })

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`

const headline = ({ environment, release, entry, verdict, milliseconds, checks, journeys }: SmokeReport): string => {
  const tried = [...checks, ...journeys]
  const failed = tried.filter(({ result }) => result === 'failed').length
  const made = journeys.length === 0 ? '' : ` and ${counted(journeys.length, 'journey')}`
  const where = `${environment} (${release === null ? 'no recorded release' : `release ${release}`}) at ${entry}`
  const what = `${counted(checks.length, 'check')}${made} in ${durationInWords(milliseconds)}`
  if (verdict === 'unknown') return `${where}: ${what}; nothing failed, and not all of it could be tried.`
  return verdict === 'passed' ? `${where}: ${what}, and nothing is wrong.` : `${where}: ${what}, and ${failed} failed.`
}

const journeyPart = (journey: SmokeReport['journeys'][number], width: number | null): string => {
  const { name, result, reason, steps } = journey
  if (result === 'skipped' && steps.every((step) => step.result === 'skipped')) return `Skipped: ${name}; ${reason}.`
  const skipped = result === 'skipped' ? [`Skipped: ${reason}.`] : []
  return [table(name.toUpperCase(), steps.map(rowOf), width), ...skipped].join('\n')
}

/** Name, what was asked and came back, and what to type: the last thing that is read. */
const failures = ({ checks, journeys }: SmokeReport): readonly string[] => {
  const parts = [
    ...checks.map(({ name, failure }) => ({ name, failure })),
    ...journeys.flatMap(({ name, steps }) => steps.map(({ failure }) => ({ name, failure }))),
  ]
  const told = parts.flatMap(({ name, failure }) => {
    if (failure === null) return []
    const id = failure.requestId === null ? '' : ` (request ${failure.requestId})`
    return [
      [`FAILED ${name}`, `  Why: ${failure.what}${id}`, ...failure.fix.map((line) => `  Fix: ${line}`)].join('\n'),
    ]
  })
  const left = journeys.flatMap(({ name, leftBehind }) => {
    const lines = leftBehind.map((one) => `  Left behind: ${one}`)
    return lines.length === 0 ? [] : [[`FAILED to tidy up after: ${name}`, ...lines].join('\n')]
  })
  return [...told, ...left]
}

/** What was asked, how long it took, and what is wrong. */
export const smokeView = (report: SmokeReport, { width }: { readonly width: number | null }): string =>
  [
    headline(report),
    table('CHECK', report.checks.map(rowOf), width),
    ...report.journeys.map((journey) => journeyPart(journey, width)),
    ...failures(report),
  ].join('\n\n')
