/** The rules of the analysis in one environment, as data. Shares are of 1. */
export type AnalysisPolicy = {
  /** How long users are on the new release before it counts as good. */
  readonly windowSeconds: number
  /** Between two readings of the counters. */
  readonly intervalSeconds: number
  /** How long the release that users are on is measured before they move. */
  readonly referenceSeconds: number
  /** A new program is slow until its code is compiled and its pools are filled: its first latencies are not compared. */
  readonly warmUpSeconds: number
  /**
   * How likely one that is just at the border of what is tolerated may be taken back, over all looks and all comparisons
   * together. One that is as good as the old is far from the border, and its chance far smaller.
   */
  readonly falseAlarm: number
  /** An error share that is so much higher than before and above the objective is worse. */
  readonly relevantErrorShare: number
  /** What has to be found where there are requests enough: "so many would do" is said of it. */
  readonly detectableErrorShare: number
  /** Slower by less than this factor is not called slower, however sure it is. */
  readonly toleratedSlowdown: number
  /** What has to be measured, beside being sure that it is more than tolerated. */
  readonly relevantSlowdown: number
  /** Nobody notices less. */
  readonly relevantMilliseconds: number
}

const common = {
  falseAlarm: 0.01,
  relevantErrorShare: 0.01,
  detectableErrorShare: 0.05,
  toleratedSlowdown: 1.1,
  relevantSlowdown: 1.2,
  relevantMilliseconds: 0.5,
} as const

const kubernetes = { ...common, intervalSeconds: 5, referenceSeconds: 60 } as const

/** A window is what `--analysis-window` changes; the rest follows from how users and metrics come in an environment. */
export const analysisPolicies: Readonly<Record<string, AnalysisPolicy>> = {
  local: { ...common, windowSeconds: 60, intervalSeconds: 1, referenceSeconds: 20, warmUpSeconds: 5 },
  dev: { ...kubernetes, windowSeconds: 120, intervalSeconds: 2, referenceSeconds: 30, warmUpSeconds: 10 },
  staging: { ...kubernetes, windowSeconds: 300, warmUpSeconds: 30 },
  prod: { ...kubernetes, windowSeconds: 300, warmUpSeconds: 30 },
}

/**
 * Of a window that somebody asks for: not read more often than 120 times, most of it left after warming up, and the
 * release before not measured for longer.
 */
export const withWindow = (policy: AnalysisPolicy, windowSeconds: number): AnalysisPolicy => ({
  ...policy,
  windowSeconds,
  intervalSeconds: Math.max(policy.intervalSeconds, windowSeconds / 120),
  referenceSeconds: Math.min(policy.referenceSeconds, windowSeconds),
  warmUpSeconds: Math.min(policy.warmUpSeconds, windowSeconds / 4),
})
