import { z } from 'zod'

export type TestCounts = {
  readonly passed: number
  readonly failed: number
  /**
   * Full titles of the tests that failed, files that could not be loaded and groups whose hooks threw, each with the
   * first line of what was said.
   */
  readonly failures: readonly string[]
  /** Full titles of the tests that did not run. */
  readonly skipped: readonly string[]
}

/** What vitest's JSON reporter writes, as far as it is read here. */
const reportSchema = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string(),
      assertionResults: z.array(
        z.object({ fullName: z.string(), status: z.string(), failureMessages: z.array(z.string()) }),
      ),
    }),
  ),
})

const none: TestCounts = { passed: 0, failed: 0, failures: [], skipped: [] }
const failedOne: TestCounts = { ...none, failed: 1 }

const firstLine = (text: string) => text.split('\n', 1)[0] ?? ''

export const countsOfFixedCheck = (exitCode: number): TestCounts =>
  exitCode === 0 ? { ...none, passed: 1 } : failedOne

/** Texts of vitest's JSON report and of `HooksReporter`'s; null where there is none. */
export type Reports = { readonly tests: string | null; readonly hooks: string | null }

/** Whatever went wrong counts at least as one. */
export const countsOfTests = ({ tests, hooks }: Reports, exitCode: number): TestCounts => {
  if (tests === null) return exitCode === 0 ? none : failedOne
  const files = reportSchema.parse(JSON.parse(tests)).testResults
  const brokenHooks = z.array(z.string()).parse(JSON.parse(hooks ?? '[]'))
  const all = files.flatMap(({ assertionResults }) => assertionResults)
  const failedTests = all
    .filter(({ status }) => status === 'failed')
    .map(({ fullName, failureMessages }) => `${fullName.trim()}: ${firstLine(failureMessages[0] ?? '')}`)
  const brokenFiles = files
    .filter(
      // A file without a message broke in a hook, which is told below.
      ({ status, message, assertionResults }) =>
        status === 'failed' && message !== '' && assertionResults.every((one) => one.status !== 'failed'),
    )
    .map(({ name, message }) => `${name}: ${firstLine(message)}`)
  const failures = [...failedTests, ...brokenFiles, ...brokenHooks.map(firstLine)]
  return {
    passed: all.filter(({ status }) => status === 'passed').length,
    failed: failures.length === 0 && exitCode !== 0 ? 1 : failures.length,
    failures,
    skipped: all.filter(({ status }) => !['passed', 'failed'].includes(status)).map(({ fullName }) => fullName.trim()),
  }
}

/** Skipped tests whose title does not say a reason that is allowed, as failed ones. */
export const refuseSkips = ({ skipped, ...counts }: TestCounts, allowed: RegExp): TestCounts => {
  const accepted = skipped.filter((title) => allowed.test(title))
  return { ...counts, failed: counts.failed + skipped.length - accepted.length, skipped: accepted }
}
