import { z } from 'zod'
import { costOf, loadOf, scansOf, smokeOf, testsOf } from './checked.ts'
import { commandRun, lastRuns, outcomeOf } from './command-runs.ts'
import type { BuildFacts, CommandRun, Evidence, Outcome, Rollout, TestLine } from './evidence.ts'
import { rolloutOf } from './rollouts.ts'
import type { RunReport } from './run-reports.ts'

export type Gathered = {
  readonly build: BuildFacts
  readonly commit: Evidence['commit']
  readonly changes: Evidence['changes']
  readonly reports: readonly RunReport[]
  /** Reports of vitest by their names, as JSON. */
  readonly tests: readonly { readonly name: string; readonly json: unknown }[]
  /** What Jenkins says of the whole; null: as the commands ended. */
  readonly outcome: Outcome | null
}

/** What is told, from what was left behind. Pure. */
export const gatherEvidence = (gathered: Gathered): Evidence => {
  // Those that tell of the others are not a part of what they tell.
  const reports = gathered.reports
    .filter(({ document }) => document.command !== 'evidence' && document.command !== 'notify')
    .toSorted((one, other) => one.startedAt.localeCompare(other.startedAt))
  const commands = reports.map(commandRun)
  const tests = [
    ...gathered.tests.flatMap(({ name, json }) => testsOf(name, json) ?? []),
    ...reports.flatMap((report) => smokeOf(report) ?? []),
  ]
  const rollouts = reports.flatMap((report) => rolloutOf(report) ?? [])
  const last = lastRuns(commands)
  const outcome = gathered.outcome ?? outcomeOf([...last.map((run) => run.outcome), ...tests.map(outcomeOfTests)])
  const stopped = last.filter((run) => run.outcome !== 'passed')
  const failed = outcome === 'passed' ? undefined : (stopped.find((run) => !isTold(run)) ?? stopped[0])
  const ends = reports.map(({ finishedAt }) => Date.parse(finishedAt))
  const startedAt = reports[0]?.startedAt ?? null
  return {
    build: gathered.build,
    commit: gathered.commit,
    outcome,
    sentence: sentenceOf(outcome, { rollouts, failed, tests }),
    failure: failed?.failure ? { ...failed.failure, typed: failed.typed } : null,
    startedAt,
    milliseconds: startedAt === null ? 0 : Math.max(...ends) - Date.parse(startedAt),
    changes: gathered.changes,
    digests: digestsOf(reports),
    rollouts,
    scans: scansOf(reports),
    tests,
    loads: reports.flatMap((report) => loadOf(report) ?? []),
    costs: reports.flatMap((report) => costOf(report) ?? []),
    commands,
    warnings: [
      ...reports.flatMap(({ events }) => events.flatMap((event) => (event.type === 'warning' ? event.message : []))),
      ...(outcome === 'passed' ? stopped.map(wordsForStopped) : []),
    ],
  }
}

/** A pipeline goes on whatever it costs: what stopped it is another command, where there is one. */
const isTold = ({ typed }: CommandRun): boolean => /^(infra )?cost /.test(typed)

const wordsForStopped = ({ typed, failure, exitCode }: CommandRun): string =>
  failure === null ? `${typed} ended with exit code ${exitCode}.` : `${typed}: ${failure.what}`

const outcomeOfTests = ({ passed, failed }: TestLine): Outcome => {
  if (failed > 0) return 'failed'
  return passed > 0 ? 'passed' : 'unknown'
}

type Facts = {
  readonly rollouts: readonly Rollout[]
  readonly failed: CommandRun | undefined
  readonly tests: readonly TestLine[]
}

/** What users are on now comes first; then what stopped the run. */
const sentenceOf = (outcome: Outcome, { rollouts, failed, tests }: Facts): string => {
  // Of a failed rollout it says itself what users are on now.
  if (failed?.failure) return failed.failure.what
  const last = rollouts.findLast(({ state }) => state === 'succeeded')
  const now = last === undefined ? '' : `Release ${last.release} serves in ${last.environment}.`
  const and = (words: string): string => (now === '' ? words : `${now} ${words}`)
  if (failed !== undefined) return and(`${failed.typed} ended with exit code ${failed.exitCode}.`)
  const broken = tests.reduce((sum, test) => sum + test.failed, 0)
  if (broken > 0) return and(`${broken} ${broken === 1 ? 'test' : 'tests'} failed.`)
  if (outcome === 'passed' && now !== '') return now
  const words = { passed: 'All of it passed.', failed: 'A step outside of shopctl failed.' } as const
  if (outcome === 'aborted') return 'It was stopped before its end.'
  return outcome === 'unknown' ? 'Nothing proves how it ended.' : words[outcome]
}

const built = z.object({ artifacts: z.array(z.object({ service: z.string(), digest: z.string() })) })

/** What was built or pushed last of each service. */
const digestsOf = (reports: readonly RunReport[]): Evidence['digests'] => {
  const artifacts = reports.flatMap(({ document }) =>
    document.ok ? (built.safeParse(document.result).data?.artifacts ?? []) : [],
  )
  return [...new Map(artifacts.map((artifact) => [artifact.service, artifact])).values()].toSorted((one, other) =>
    one.service.localeCompare(other.service),
  )
}
