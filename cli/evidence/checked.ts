import { z } from 'zod'
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

const resultOf = ({ document }: RunReport): unknown => (document.ok ? document.result : undefined)

/** What was scanned by itself, before a push, or for a release; the last verdict on each. */
export const scansOf = (reports: readonly RunReport[]): readonly ScanLine[] => {
  const lines = reports.map(resultOf).flatMap((result): ScanLine[] => {
    const own = scanned.safeParse(result).data?.scans.map(({ document }) => document) ?? []
    const bound = pushed.safeParse(result).data ?? recorded.safeParse(result).data?.release
    const all = [...own, ...(bound?.scans ?? []).map(({ service, ...scan }) => ({ subject: service, ...scan }))]
    return all.map(({ waived, ...scan }) => ({ ...scan, waived: waived.length }))
  })
  return [...new Map(lines.map((line) => [`${line.subject} ${line.digest}`, line])).values()]
}

const vitestReport = z.object({
  startTime: z.number(),
  testResults: z.array(
    z.object({
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
  const failures = tests.filter(({ status }) => status === 'failed').map(({ fullName }) => fullName)
  const passed = tests.filter(({ status }) => status === 'passed').length
  const ended = Math.max(report.startTime, ...report.testResults.map(({ endTime = 0 }) => endTime))
  return {
    name,
    passed,
    failed: failures.length,
    skipped: tests.length - passed - failures.length,
    milliseconds: Math.round(ended - report.startTime),
    failures: failures.slice(0, titlesShown),
  }
}

const smoked = z.object({
  environment: z.string(),
  checks: z.array(z.object({ name: z.string(), failure: z.string().nullable(), milliseconds: z.number() })),
})

/** Smoke checks are tests of what is running. */
export const smokeOf = (report: RunReport): TestLine | undefined => {
  const result = smoked.safeParse(resultOf(report)).data
  if (result === undefined || report.document.command !== 'smoke') return undefined
  const failed = result.checks.filter(({ failure }) => failure !== null)
  return {
    name: report.typed,
    passed: result.checks.length - failed.length,
    failed: failed.length,
    skipped: 0,
    milliseconds: Date.parse(report.finishedAt) - Date.parse(report.startedAt),
    failures: failed.map(({ name, failure }) => `${name}: ${failure}`).slice(0, titlesShown),
  }
}

const loaded = z.object({
  environment: z.string(),
  profile: z.string(),
  verdict: z.string(),
  figures: z.string(),
  objectives: z.array(z.object({ text: z.string(), verdict: z.string(), because: z.string() })),
})

export const loadOf = (report: RunReport): LoadLine | undefined =>
  report.document.command === 'loadtest run' ? loaded.safeParse(resultOf(report)).data : undefined

const estimated = z.object({
  environment: z.string(),
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
    changeUsd: delta,
    budgetUsd: budget,
    verdict,
  }
}
