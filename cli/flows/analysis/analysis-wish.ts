import { endpointObjectives, shopObjectives } from '../../../observability/objectives.ts'
import type { AnalysisPolicy } from '../../health/analysis/analysis-policy.ts'
import type { AnalysisObjectives } from '../../health/analysis/analysis-verdict.ts'
import type { SlowerThan } from '../../metrics/http-counts.ts'
import type { FoundPrometheus } from '../../observability/find-prometheus.ts'
import type { Platform } from '../../platforms/platform.ts'

/** That a release is to be watched once users are on it, and how. */
export type AnalysisWish = {
  readonly policy: AnalysisPolicy
  /** What becomes of a release that was asked too little to be judged. */
  readonly inconclusive: 'pass' | 'fail'
  /** The Prometheus that watches the environment; null where there is none. Left out, nobody looks for one. */
  readonly prometheus?: (platform: Platform, signal: AbortSignal) => Promise<FoundPrometheus | null>
}

/** Of two objectives on one route the wider: a route is counted as a whole. */
const widest = (pick: (objective: (typeof endpointObjectives)[number]) => number): ReadonlyMap<string, number> => {
  const byRoute = Map.groupBy(endpointObjectives, ({ method, route }) => `${method} ${route}`)
  return new Map([...byRoute].map(([route, objectives]) => [route, Math.max(...objectives.map(pick))]))
}

export const slowerThan: SlowerThan = widest(({ p95Milliseconds }) => p95Milliseconds / 1000)

const errorShares = widest(({ errorShare }) => errorShare)

export const analysisObjectives: AnalysisObjectives = {
  errorShare: shopObjectives.errorShare,
  slowShare: 0.05,
  routes: new Map([...errorShares].map(([route, errorShare]) => [route, { errorShare }])),
}
