import type { CommandRun, Outcome } from './evidence.ts'
import type { RunReport } from './run-reports.ts'

/** By the table of exit codes: 2 is a plan that has something to do. */
const outcomes: Readonly<Record<number, Outcome>> = { 0: 'passed', 2: 'passed', 6: 'unknown', 130: 'aborted' }

export const commandRun = ({ typed, startedAt, finishedAt, document }: RunReport): CommandRun => ({
  typed,
  outcome: outcomes[document.exitCode] ?? 'failed',
  exitCode: document.exitCode,
  startedAt,
  milliseconds: Date.parse(finishedAt) - Date.parse(startedAt),
  failure: document.ok ? null : document.error,
})

/** A command that was typed again has the outcome of its last time. */
export const lastRuns = (runs: readonly CommandRun[]): readonly CommandRun[] => [
  ...new Map(runs.map((run) => [run.typed, run])).values(),
]

const worst: readonly Outcome[] = ['failed', 'unknown', 'aborted', 'passed']

/** The worst of them; nothing that ran proves nothing. */
export const outcomeOf = (outcomes: readonly Outcome[]): Outcome =>
  worst.find((outcome) => outcomes.includes(outcome)) ?? 'unknown'
