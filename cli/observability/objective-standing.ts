import type { ServiceLevelObjective } from '../../observability/objectives.ts'

/** What Prometheus has recorded of one objective; null where it has nothing. Shares of 1. */
export type ObjectiveRecord = {
  readonly errorRatio5m: number | null
  readonly errorRatio1h: number | null
  readonly errorRatio6h: number | null
  readonly budgetRemaining: number | null
}

export type ObjectiveStanding = {
  readonly id: string
  readonly title: string
  readonly service: ServiceLevelObjective['service']
  readonly targetRatio: number
  readonly windowDays: number
  /** Of the last five minutes; null where nothing was asked then. */
  readonly nowRatio: number | null
  readonly budget: {
    /** Below 0 where more was spent than there was; null where nothing is known. */
    readonly remainingRatio: number | null
    /** As if everything failed in them. */
    readonly remainingMinutes: number | null
    readonly totalMinutes: number
  }
  /** 1 spends the budget exactly within the window. */
  readonly burnRate: { readonly oneHour: number | null; readonly sixHours: number | null }
  /** `unknown`: nothing was recorded, which is never taken for kept. */
  readonly state: 'kept' | 'spent' | 'unknown'
}

const minutesOfDay = 24 * 60

const whereKnown = (value: number | null, make: (known: number) => number): number | null =>
  value === null || !Number.isFinite(value) ? null : make(value)

const stateOf = (remaining: number | null): ObjectiveStanding['state'] => {
  if (remaining === null) return 'unknown'
  return remaining > 0 ? 'kept' : 'spent'
}

/** Where an objective stands, and how fast it is going. */
export const objectiveStanding = (objective: ServiceLevelObjective, record: ObjectiveRecord): ObjectiveStanding => {
  const { id, title, service, targetRatio, windowDays } = objective
  const allowed = 1 - targetRatio
  const totalMinutes = allowed * windowDays * minutesOfDay
  const remainingRatio = whereKnown(record.budgetRemaining, (ratio) => ratio)
  return {
    ...{ id, title, service, targetRatio, windowDays },
    nowRatio: whereKnown(record.errorRatio5m, (ratio) => 1 - ratio),
    budget: {
      remainingRatio,
      remainingMinutes: whereKnown(remainingRatio, (ratio) => ratio * totalMinutes),
      totalMinutes,
    },
    burnRate: {
      oneHour: whereKnown(record.errorRatio1h, (ratio) => ratio / allowed),
      sixHours: whereKnown(record.errorRatio6h, (ratio) => ratio / allowed),
    },
    state: stateOf(remainingRatio),
  }
}
