import { writeFileSync } from 'node:fs'
import type { Reporter, TestSuite, Vitest } from 'vitest/node'

/** Where this reporter writes, beside vitest's own JSON report. */
export const hooksReportOf = (report: string): string => report.replace(/\.json$/, '.hooks.json')

/** Keeps what hooks of groups of tests threw, as a JSON list of sentences: vitest's JSON report leaves it out. */
export default class HooksReporter implements Reporter {
  readonly #failures: string[] = []
  #file: string | null = null

  onInit({ config: { outputFile } }: Vitest): void {
    if (typeof outputFile === 'object' && outputFile.json !== undefined) this.#file = hooksReportOf(outputFile.json)
  }

  onTestSuiteResult(suite: TestSuite): void {
    for (const { message } of suite.errors()) this.#failures.push(`${suite.fullName}: ${message}`)
  }

  onTestRunEnd(): void {
    if (this.#file !== null) writeFileSync(this.#file, JSON.stringify(this.#failures))
  }
}
