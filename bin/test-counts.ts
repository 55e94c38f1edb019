import { z } from 'zod'

export type TestCounts = {
  readonly passed: number
  readonly failed: number
  /** Full titles of the tests that did not run. */
  readonly skipped: readonly string[]
}

/** What vitest's JSON reporter writes, as far as it is read here. */
const reportSchema = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })),
    }),
  ),
})

const failedOne: TestCounts = { passed: 0, failed: 1, skipped: [] }

export const countsOfFixedCheck = (exitCode: number): TestCounts =>
  exitCode === 0 ? { passed: 1, failed: 0, skipped: [] } : failedOne

/** `report` is the text of vitest's report, or null where it left none. Whatever went wrong counts at least as one. */
export const countsOfTests = (report: string | null, exitCode: number): TestCounts => {
  if (report === null) return exitCode === 0 ? { passed: 0, failed: 0, skipped: [] } : failedOne
  const files = reportSchema.parse(JSON.parse(report)).testResults
  const all = files.flatMap(({ assertionResults }) => assertionResults)
  const failedTests = all.filter(({ status }) => status === 'failed').length
  const brokenFiles = files.filter(
    ({ status, assertionResults }) => status === 'failed' && assertionResults.every((one) => one.status !== 'failed'),
  ).length
  const failed = failedTests + brokenFiles
  return {
    passed: all.filter(({ status }) => status === 'passed').length,
    failed: failed === 0 && exitCode !== 0 ? 1 : failed,
    skipped: all.filter(({ status }) => !['passed', 'failed'].includes(status)).map(({ fullName }) => fullName.trim()),
  }
}

/** Skipped tests whose title does not say a reason that is allowed, as failed ones. */
export const refuseSkips = ({ passed, failed, skipped }: TestCounts, allowed: RegExp): TestCounts => {
  const accepted = skipped.filter((title) => allowed.test(title))
  return { passed, failed: failed + skipped.length - accepted.length, skipped: accepted }
}
