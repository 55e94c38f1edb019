import type { RunResult } from './run-result.ts'

/** One second that was late is a pause of the machine; more than these of all are a generator at its end. */
const mostLateSecondsShare = 0.05

type Judged = Omit<RunResult, 'verdict' | 'notes'>

const shown = (milliseconds: number): string => `${milliseconds.toFixed(milliseconds < 10 ? 1 : 0)} ms`

/** Whether the figures say anything of the shop at all. */
export const verdictOf = (result: Judged, losses: readonly string[]): RunResult['verdict'] => {
  const reasons = [...losses, ...lateness(result), ...ownFailures(result), ...mistakes(result)]
  if (result.totals.ok + result.totals.failed + result.totals.timed_out === 0) reasons.push('no request ended')
  return { valid: reasons.length === 0, reasons }
}

const lateness = ({ generator, profile, windows }: Judged): readonly string[] => {
  const limit = profile.limits.schedulerLagP99Milliseconds
  const p99 = generator.lag.p99 ?? 0
  if (p99 > limit) {
    return [`the generator itself was late: it began actions up to ${shown(p99)} late at p99, the limit is ${limit} ms`]
  }
  const seconds = windows.reduce((sum, window) => sum + window.seconds, 0)
  if (generator.lateSeconds <= Math.max(1, seconds * mostLateSecondsShare)) return []
  return [`the generator itself was late: above ${limit} ms at p99 in ${generator.lateSeconds} of ${seconds} seconds`]
}

const ownFailures = ({ figures }: Judged): readonly string[] => {
  const reasons = Object.entries(figures.find(({ scope }) => scope.kind === 'all')?.reasons ?? {})
  return reasons
    .filter(([reason]) => reason.startsWith('local '))
    .map(([reason, times]) => `the generator could not send ${times} requests: ${reason.slice('local '.length)}`)
}

const mistakes = ({ generator }: Judged): readonly string[] =>
  Object.entries(generator.stepErrors).map(([error, times]) => `a scenario made a mistake ${times} times: ${error}`)

export const notesOf = ({ totals, figures, partial, generator }: Judged): string[] => {
  const notes: string[] = []
  if (partial) notes.push('the run was stopped before its time; its figures are of what was done until then')
  if (totals.dropped > 0) {
    notes.push(`${totals.dropped} arrivals were dropped: as many users as may be were in flight already`)
  }
  if (totals.usersNotCleanedUp > 0) notes.push(`${totals.usersNotCleanedUp} users did not remove what they had made`)
  if (generator.lateSeconds > 0) notes.push(`the generator was late in ${generator.lateSeconds} seconds`)
  const overflow = figures.find(({ scope }) => scope.kind === 'all')?.latency.overflow ?? 0
  if (overflow > 0) notes.push(`${overflow} requests took longer than a histogram holds`)
  return notes
}
