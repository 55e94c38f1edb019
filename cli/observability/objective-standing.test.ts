import { expect, test } from 'vitest'
import type { ServiceLevelObjective } from '../../observability/objectives.ts'
import { type ObjectiveRecord, objectiveStanding } from './objective-standing.ts'

const objective: ServiceLevelObjective = {
  id: 'users-availability',
  title: '999 of 1,000 requests to users are answered',
  service: 'users',
  subject: 'service',
  requests: null,
  indicator: { kind: 'availability' },
  targetRatio: 0.999,
  windowDays: 14,
}

const nothing: ObjectiveRecord = { errorRatio5m: null, errorRatio1h: null, errorRatio6h: null, budgetRemaining: null }

test('a budget of 14 days at 99.9 % is 20 minutes, and half of it is ten', () => {
  const { budget, state } = objectiveStanding(objective, { ...nothing, budgetRemaining: 0.5 })
  expect(budget.totalMinutes).toBeCloseTo(20.16, 6)
  expect(budget.remainingMinutes).toBeCloseTo(10.08, 6)
  expect(state).toBe('kept')
})

test('1 % of failures burns a budget of 0.1 % ten times as fast as it may', () => {
  const standing = objectiveStanding(objective, {
    ...nothing,
    errorRatio1h: 0.01,
    errorRatio6h: 0.0005,
    errorRatio5m: 0.02,
  })
  expect(standing.burnRate.oneHour).toBeCloseTo(10, 6)
  expect(standing.burnRate.sixHours).toBeCloseTo(0.5, 6)
  expect(standing.nowRatio).toBeCloseTo(0.98, 6)
})

test.each([
  [1, 'kept'],
  [0.000_1, 'kept'],
  [0, 'spent'],
  [-3, 'spent'],
  [null, 'unknown'],
  [Number.NaN, 'unknown'],
])('with %s of the budget left it is %s', (budgetRemaining, state) => {
  expect(objectiveStanding(objective, { ...nothing, budgetRemaining }).state).toBe(state)
})

test('nothing recorded is nothing known, in every figure', () => {
  expect(objectiveStanding(objective, nothing)).toMatchObject({
    nowRatio: null,
    budget: { remainingRatio: null, remainingMinutes: null },
    burnRate: { oneHour: null, sixHours: null },
    state: 'unknown',
  })
})
