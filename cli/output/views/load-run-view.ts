import type { Judgement } from '../../../loadtest/engine/objectives/judgement.ts'
import { objectiveText } from '../../../loadtest/engine/objectives/objective.ts'
import type { Figures, RunResult } from '../../../loadtest/engine/result/run-result.ts'
import { runVerdict } from '../../../loadtest/report/run-verdict.ts'
import type { LoadTestResult } from '../../flows/loadtest/run-load-test.ts'
import { renderTable } from '../table.ts'
import { durationInWords } from '../words-for-time.ts'

/** What came of a load test: figures of each part, what was judged, the verdict last. */
export const loadRunView = (tested: LoadTestResult, { width }: { readonly width: number | null }): string => {
  const { run, files } = tested
  const { result, judgements } = run
  return [
    headline(tested),
    '',
    figuresTable(result, width),
    '',
    ...judgements.filter(({ verdict }) => verdict !== 'met').map(judgementLine),
    ...metLine(judgements),
    ...result.notes.map((note) => `Note: ${note}.`),
    // The first is the last line.
    ...result.verdict.reasons.slice(1).map((reason) => `Invalid: ${reason}.`),
    `Result: ${files.result}`,
    `Page:   ${files.report}`,
    runVerdict(run).headline,
  ].join('\n')
}

/** The same for `--json`; the histograms and the seconds are in the file. */
export const loadRunDocument = ({ plan, verdict, run, files }: LoadTestResult) => {
  const { environment, release, result, judgements } = run
  const { startedAt, endedAt, profile, partial, totals, figures, notes, generator, workers } = result
  return {
    environment,
    release,
    verdict,
    valid: result.verdict,
    startedAt,
    endedAt,
    profile,
    workers,
    partial,
    ceiling: plan.ceiling,
    outOfReach: plan.outOfReach,
    totals,
    figures,
    judgements,
    notes,
    generator,
    files,
  }
}

const headline = ({ run: { environment, release, result } }: LoadTestResult): string => {
  const { profile, totals, windows } = result
  const lasted = windows.reduce((sum, { seconds }) => sum + seconds, 0) * 1_000
  const where = `${environment}${release === null ? '' : ` (release ${release.number})`}`
  const { ok, failed, timed_out: timedOut, cancelled } = totals
  return `${profile.name} on ${where} for ${durationInWords(lasted)}: ${totals.started} requests, ${ok} ok, ${failed} failed, ${timedOut} timed out, ${cancelled} cancelled.`
}

const milliseconds = (value: number | null): string =>
  value === null ? '-' : value < 10 ? value.toFixed(1) : String(Math.round(value))

const nameOf = ({ scope }: Figures): string => {
  if (scope.kind === 'all') return 'everything'
  return scope.kind === 'scenario' ? `${scope.scenario} (scenario)` : scope.endpoint
}

const sizes = { all: 0, scenario: 1, endpoint: 2 } as const

const figuresTable = ({ figures }: RunResult, width: number | null): string =>
  renderTable({
    columns: [
      { title: 'OF', value: nameOf },
      { title: 'REQUESTS', value: ({ latency }) => String(latency.count), align: 'right' },
      {
        title: 'OK/S',
        value: ({ requestsPerSecond }) => (requestsPerSecond === null ? '-' : requestsPerSecond.toFixed(1)),
        align: 'right',
      },
      { title: 'MIN', value: ({ latency }) => milliseconds(latency.min), align: 'right' },
      { title: 'AVG', value: ({ latency }) => milliseconds(latency.mean), align: 'right' },
      { title: 'P50', value: ({ latency }) => milliseconds(latency.p50), align: 'right' },
      { title: 'P95', value: ({ latency }) => milliseconds(latency.p95), align: 'right' },
      { title: 'P99', value: ({ latency }) => milliseconds(latency.p99), align: 'right' },
      { title: 'MAX MS', value: ({ latency }) => milliseconds(latency.max), align: 'right' },
      { title: 'ERRORS', value: errorsOf, align: 'right' },
    ],
    rows: figures.toSorted((one, other) => sizes[one.scope.kind] - sizes[other.scope.kind]),
    width,
  })

const errorsOf = ({ errorShare }: Figures): string =>
  errorShare === null ? '-' : `${Number((errorShare * 100).toPrecision(3))} %`

const words = { met: 'Met', missed: 'MISSED', unknown: 'Unknown' } as const

const judgementLine = ({ objective, verdict, because }: Judgement): string =>
  `${words[verdict]}: ${objectiveText(objective)}; ${because}.`

const metLine = (judgements: readonly Judgement[]): readonly string[] => {
  const met = judgements.filter(({ verdict }) => verdict === 'met').length
  return met === 0 || met === judgements.length ? [] : [`Met: ${met} of ${judgements.length} objectives.`]
}
