import { inDollars, inDollarsMore } from '../infrastructure/cost/money.ts'
import { durationInWords } from '../output/words-for-time.ts'
import { severities } from '../releases/scan-record.ts'
import type { CommandRun, CostLine, Evidence, Outcome, Rollout, ScanLine, TestLine } from './evidence.ts'

export const outcomeWords: Readonly<Record<Outcome, string>> = {
  passed: 'Passed',
  failed: 'Failed',
  unknown: 'Unknown',
  aborted: 'Stopped',
}

/** `shop/main #42: Failed` */
export const headline = ({ build, outcome }: Evidence): string => `${build.name}: ${outcomeWords[outcome]}`

export const shortSha = (sha: string): string => sha.slice(0, 10)

/** Enough of a digest to tell two apart. */
export const shortDigest = (digest: string | null): string =>
  digest === null ? 'nothing' : digest.replace('sha256:', '').slice(0, 12)

/** `1 critical, 2 high; 3 waived`, or that there is nothing. */
export function findingsWords({ counts, waived }: Pick<ScanLine, 'counts' | 'waived'>): string {
  const found = severities.flatMap((severity) =>
    counts[severity] === 0 ? [] : `${counts[severity]} ${severity.toLowerCase()}`,
  )
  return `${found.length === 0 ? 'no findings' : found.join(', ')}${waived === 0 ? '' : `; ${waived} waived`}`
}

/** `3,140 passed, 2 skipped in 45 s` */
export function testsWords({ passed, failed, skipped, milliseconds }: TestLine): string {
  const counts = [
    ...(failed > 0 ? [`${failed} failed`] : []),
    `${passed} passed`,
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ]
  return `${counts.join(', ')} in ${durationInWords(milliseconds)}`
}

/** `staging: release 12, succeeded, in 34 s (before it 11)` */
export function rolloutWords({ environment, release, state, previous, milliseconds }: Rollout): string {
  const before = previous === null ? 'the first one' : `before it ${previous}`
  return `${environment}: release ${release}, ${state ?? 'never closed'}, in ${durationInWords(milliseconds)} (${before})`
}

/** `prod: 1,491.57 USD a month expected, +12.00 by this change, budget 1,500.00` */
export const costWords = ({ environment, monthlyUsd, budgetUsd, changeUsd }: CostLine): string => {
  const change = changeUsd === null ? '' : `, ${inDollarsMore(changeUsd)} by this change`
  return `${environment}: ${inDollars(monthlyUsd)} USD a month expected${change}, budget ${inDollars(budgetUsd)}`
}

export const commandWords = ({ outcome, exitCode, milliseconds }: CommandRun): string =>
  `${outcomeWords[outcome].toLowerCase()} (exit ${exitCode}) in ${durationInWords(milliseconds)}`

/** Who, from what, when, for how long. */
export function factsWords({ build, commit, startedAt, milliseconds }: Evidence): readonly string[] {
  return [
    `${build.trigger}, started by ${build.who}`,
    ...(commit === null ? [] : [`commit ${shortSha(commit.sha)} "${commit.subject}" by ${commit.author}`]),
    ...(startedAt === null ? [] : [`${startedAt}, ${durationInWords(milliseconds)}`]),
  ]
}
