import { z } from 'zod'
import { measureText, objectiveText } from '../../loadtest/engine/objectives/objective.ts'
import { figuresSchema } from '../../loadtest/engine/result/run-result.ts'
import { judgementSchema } from '../../loadtest/report/kept-run.ts'
import { severities } from '../releases/scan-record.ts'
import type { CostLine, LoadLine, ScanLine, TestLine } from './evidence.ts'
import type { RunReport } from './run-reports.ts'

const counts = z.record(z.enum(severities), z.int())
const scanned = z.object({
  scans: z.array(
    z.object({
      document: z.object({
        subject: z.string(),
        digest: z.string().nullable(),
        verdict: z.string(),
        counts,
        waived: z.array(z.unknown()),
      }),
    }),
  ),
})
const pushed = z.object({
  scans: z.array(
    z.object({
      service: z.string(),
      digest: z.string(),
      verdict: z.string(),
      counts,
      waived: z.array(z.string()),
    }),
  ),
})
const recorded = z.object({ release: pushed })
const judged = z.object({ images: pushed.shape.scans })

const resultOf = ({ document }: RunReport): unknown => (document.ok ? document.result : undefined)

/** What was scanned by itself, before a push, or for a release; the last verdict on each. */
export const scansOf = (reports: readonly RunReport[]): readonly ScanLine[] => {
  const lines = reports.map(resultOf).flatMap((result): ScanLine[] => {
    const own = scanned.safeParse(result).data?.scans.map(({ document }) => document) ?? []
    const bound =
      pushed.safeParse(result).data?.scans ??
      recorded.safeParse(result).data?.release.scans ??
      judged.safeParse(result).data?.images ??
      []
    const all = [...own, ...bound.map(({ service, ...scan }) => ({ subject: service, ...scan }))]
    return all.map(({ waived, ...scan }) => ({ ...scan, waived: waived.length }))
  })
  return [...new Map(lines.map((line) => [`${line.subject} ${line.digest}`, line])).values()]
}

const vitestReport = z.object({
  startTime: z.number(),
  testResults: z.array(
    z.object({
      name: z.string().default('a file'),
      status: z.string().default('passed'),
      endTime: z.number().optional(),
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })),
    }),
  ),
})

const titlesShown = 20

/** Undefined where the file is no report of vitest. */
export function testsOf(name: string, json: unknown): TestLine | undefined {
  const report = vitestReport.safeParse(json).data
  if (report === undefined) return undefined
  const tests = report.testResults.flatMap(({ assertionResults }) => assertionResults)
  // A file that cannot be loaded has no tests, and has failed all the same.
  const broken = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && assertionResults.every((assertion) => assertion.status !== 'failed'),
  )
  const failures = [
    ...tests.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName),
    ...broken.map((file) => file.name),
  ]
  const passed = tests.filter(({ status }) => status === 'passed').length
  const ended = Math.max(report.startTime, ...report.testResults.map(({ endTime = 0 }) => endTime))
  return {
    name,
    passed,
    failed: failures.length,
    skipped: tests.filter(({ status }) => status !== 'passed' && status !== 'failed').length,
    milliseconds: Math.round(ended - report.startTime),
    failures: failures.slice(0, titlesShown),
  }
}

/** What it is told of a check or a journey; the rest of a smoke report is passed over. */
const tried = z.object({ name: z.string(), result: z.enum(['passed', 'failed', 'skipped']) })
const asked = tried.extend({ failure: z.object({ what: z.string() }).nullable() })
const smoked = z.object({
  checks: z.array(asked),
  journeys: z.array(tried.extend({ steps: z.array(asked) })),
})

/** Smoke checks and journeys are tests of what is running. */
export const smokeOf = (report: RunReport): TestLine | undefined => {
  const result = smoked.safeParse(resultOf(report)).data
  if (result === undefined || report.document.command !== 'smoke') return undefined
  const all = [...result.checks, ...result.journeys]
  const count = (wanted: string) => all.filter((one) => one.result === wanted).length
  const failed = [
    ...result.checks,
    ...result.journeys.flatMap(({ name, steps }) => steps.map((step) => ({ ...step, name: `${name}: ${step.name}` }))),
  ].filter(({ failure }) => failure !== null)
  return {
    name: report.typed,
    passed: count('passed'),
    failed: count('failed'),
    skipped: count('skipped'),
    milliseconds: Date.parse(report.finishedAt) - Date.parse(report.startedAt),
    failures: failed.map(({ name, failure }) => `${name}: ${failure?.what}`).slice(0, titlesShown),
  }
}

const loaded = z.object({
  environment: z.string(),
  profile: z.object({ name: z.string() }),
  verdict: z.string(),
  figures: z.array(figuresSchema),
  judgements: z.array(judgementSchema),
})

export const loadOf = (report: RunReport): LoadLine | undefined => {
  if (report.document.command !== 'loadtest run') return undefined
  const result = loaded.safeParse(resultOf(report)).data
  if (result === undefined) return undefined
  const { environment, profile, verdict, judgements } = result
  const whole = result.figures.find(({ scope }) => scope.kind === 'all')
  const objectives = judgements.map((judgement) => ({
    text: objectiveText(judgement.objective),
    verdict: judgement.verdict,
    because: judgement.because,
  }))
  return { environment, profile: profile.name, verdict, figures: figuresWords(whole), objectives }
}

const figuresWords = (figures: z.infer<typeof figuresSchema> | undefined): string => {
  if (figures === undefined) return 'nothing was sent'
  const { latency, errorShare, requestsPerSecond } = figures
  return [
    `${latency.count} requests`,
    ...(requestsPerSecond === null ? [] : [measureText('requestsPerSecond', requestsPerSecond)]),
    ...(latency.p95 === null ? [] : [`p95 ${measureText('p95Milliseconds', latency.p95)}`]),
    ...(errorShare === null ? [] : [`errors ${measureText('errorShare', errorShare)}`]),
  ].join(', ')
}

const estimated = z.object({
  environment: z.string(),
  against: z.enum(['account', 'nothing']),
  estimate: z.object({
    delta: z.number(),
    budget: z.number(),
    verdict: z.string(),
    monthly: z.object({ total: z.object({ expected: z.number() }) }),
  }),
})

export function costOf(report: RunReport): CostLine | undefined {
  const result = estimated.safeParse(resultOf(report)).data
  if (result === undefined) return undefined
  const { delta, budget, verdict, monthly } = result.estimate
  return {
    environment: result.environment,
    monthlyUsd: monthly.total.expected,
    changeUsd: result.against === 'nothing' ? null : delta,
    budgetUsd: budget,
    verdict,
  }
}
