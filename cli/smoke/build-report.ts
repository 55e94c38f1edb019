import { toType } from '../errors/to-type.ts'
import type { JourneyResult } from './journeys/run-journeys.ts'
import type { Readiness } from './ready-as-released.ts'
import type { SmokeResult } from './run-checks.ts'
import type { ReportedFailure, SmokeReport } from './smoke-report.ts'

export type Findings = Pick<
  SmokeReport,
  'environment' | 'release' | 'entry' | 'startedAt' | 'milliseconds' | 'junit'
> & {
  readonly checks: readonly SmokeResult[]
  readonly readiness: readonly Readiness[]
  readonly journeys: readonly JourneyResult[]
  /** Services that have a log here; a load balancer has none. */
  readonly logged: readonly string[]
}

type Trouble = { readonly service: string; readonly failure: string | null; readonly requestId: string | null }

/** What was asked and what came back, and where its log is. */
const reported = (
  { service, failure, requestId }: Trouble,
  { environment, logged }: Findings,
): ReportedFailure | null => {
  if (failure === null) return null
  const status = toType(`status --env ${environment}`)
  if (!logged.includes(service)) return { what: failure, requestId, fix: [status] }
  const logs = toType(`logs ${service} --env ${environment} --tail 1000 --raw`)
  return { what: failure, requestId, fix: [requestId === null ? logs : `${logs} | grep ${requestId}`] }
}

const journeyOf = (journey: JourneyResult, findings: Findings): SmokeReport['journeys'][number] => {
  const { name, result, reason, milliseconds, leftBehind } = journey
  const steps = journey.steps.map((step) => ({
    name: step.name,
    service: step.service,
    result: step.result,
    milliseconds: step.milliseconds,
    failure: reported(step, findings),
  }))
  const ended = result === 'interrupted' || leftBehind.length > 0 ? 'failed' : result
  return { name, result: ended, reason, milliseconds, steps, leftBehind: [...leftBehind] }
}

/** All that was found, as it is shown, kept and published. */
export const buildReport = (findings: Findings): SmokeReport => {
  const { environment, release, entry, startedAt, milliseconds, junit } = findings
  const asked = findings.checks.map(({ check, failure, requestId, milliseconds }) => ({
    name: check.name,
    service: check.service,
    result: failure === null ? ('passed' as const) : ('failed' as const),
    milliseconds,
    failure: reported({ service: check.service, failure, requestId }, findings),
  }))
  const ready = findings.readiness.map(({ name, service, failure }) => ({
    name,
    service,
    result: failure === null ? ('passed' as const) : ('failed' as const),
    milliseconds: 0,
    failure: reported({ service, failure, requestId: null }, findings),
  }))
  const checks = [...ready, ...asked]
  const journeys = findings.journeys.map((journey) => journeyOf(journey, findings))
  const bad = [...checks, ...journeys].some(({ result }) => result === 'failed')
  // What was asked for and could not be tried proves nothing.
  const untried = journeys.some(({ result }) => result === 'skipped')
  const verdict = bad ? ('failed' as const) : untried ? ('unknown' as const) : ('passed' as const)
  return { environment, release, entry, verdict, startedAt, milliseconds, checks, journeys, junit }
}
