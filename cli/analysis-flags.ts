import { CLIError } from '@oclif/core/errors'
import * as Flags from '@oclif/core/flags'
import type { EnvironmentFacts } from '../stacks/environments.ts'
import { ShopctlError } from './errors/shopctl-error.ts'
import type { AnalysisWish } from './flows/analysis/analysis-wish.ts'

const secondsOf = { s: 1, m: 60, h: 3_600 } as const
/** A second is one reading: shorter windows compare nothing, and nobody holds a lock for longer than two hours. */
const bounds = { leastSeconds: 10, mostSeconds: 7_200 } as const

const windowOf = async (typed: string): Promise<number> => {
  const [, count = '', unit = ''] = /^([1-9]\d{0,3})(s|m|h)$/.exec(typed) ?? []
  const seconds = unit === 's' || unit === 'm' || unit === 'h' ? Number(count) * secondsOf[unit] : 0
  if (seconds >= bounds.leastSeconds && seconds <= bounds.mostSeconds) return seconds
  throw new CLIError(`A window is from 10s to 2h, like 90s or 5m, not "${typed}".`)
}

/** Whether and how a release is watched once users are on it. */
export const analysisFlags = {
  analysis: Flags.boolean({
    allowNo: true,
    default: false,
    summary: 'once users are on it, compare its errors and latency with its objectives and with the release before',
  }),
  'analysis-window': Flags.custom<number>({
    helpValue: '90s|5m',
    summary: 'how long (local 60s, dev 2m, staging and prod 5m)',
    parse: windowOf,
  })(),
  'analysis-inconclusive': Flags.option({
    options: ['pass', 'fail'] as const,
    default: 'pass' as const,
    summary: 'what becomes of a release that was asked too little to be judged',
  })(),
}

type AnalysisFlags = {
  readonly analysis: boolean
  readonly 'analysis-window'?: number | undefined
  readonly 'analysis-inconclusive': 'pass' | 'fail'
}

/** Nothing where nobody asked for an analysis; a window without one is a mistake. */
export const analysisWish = async (
  flags: AnalysisFlags,
  { name }: EnvironmentFacts,
): Promise<{ readonly analysis?: AnalysisWish }> => {
  const { analysis, 'analysis-window': windowSeconds, 'analysis-inconclusive': inconclusive } = flags
  if (!analysis) {
    if (windowSeconds === undefined && inconclusive === 'pass') return {}
    throw new ShopctlError({
      code: 'NO_ANALYSIS',
      outcome: 'usage',
      what: '--analysis-window and --analysis-inconclusive say how a release is watched, and --analysis that it is.',
      fix: [],
    })
  }
  const { analysisPolicies, withWindow } = await import('./health/analysis/analysis-policy.ts')
  const policy = analysisPolicies[name]
  if (policy === undefined) throw new Error(`environment ${name} has no analysis policy`)
  return {
    analysis: {
      inconclusive,
      policy: windowSeconds === undefined ? policy : withWindow(policy, windowSeconds),
      async prometheus(platform, signal) {
        const { findPrometheus } = await import('./observability/find-prometheus.ts')
        return findPrometheus({ environment: name, platform, variables: process.env, signal })
      },
    },
  }
}
