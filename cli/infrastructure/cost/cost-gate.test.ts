import { expect, test } from 'vitest'
import { costEstimate } from './cost-estimate.ts'
import { type CostLimits, costFailure, costGate, parseIncrease } from './cost-gate.ts'
import { applied, changed, planOfProd, questionOf } from './testing/plan-of-prod.ts'

const prod = questionOf('prod')
const none: CostLimits = { maxIncrease: null, unpriced: 'accepted', allow: null }
const within = costEstimate(applied(planOfProd), prod)
const mediumNodes = changed(applied(planOfProd), 'aws_eks_node_group', { instance_types: ['m5.large'] })
const larger = costEstimate(mediumNodes, { ...prod, budget: 2000 })
const unknown = costEstimate(changed(planOfProd, 'aws_eks_node_group', { instance_types: ['x9.large'] }), prod)

test('what is within the budget passes', () => {
  expect(costGate(within, none)).toMatchObject({ outcome: 'passed', findings: [], allowedBecause: null })
})

test('F21: above the budget it ends with exit 5 and the three largest lines', () => {
  const gate = costGate(costEstimate(planOfProd, { ...prod, budget: 1000 }), none)
  expect(gate.outcome).toBe('failed')
  expect(gate.largest.map(({ item }) => item)).toEqual(['database', 'cache', 'nodes'])
  const failure = costFailure(gate, { environment: 'prod', again: 'shopctl infra plan --env prod --allow-cost REASON' })
  expect(failure).toMatchObject({ code: 'COST_REFUSED', exitCode: 5 })
  expect(failure.why).toEqual([
    expect.stringMatching(/^1,4\d\d\.\d\d USD a month are 4\d\d\.\d\d above the budget of 1,000\.00$/),
    expect.stringMatching(/^database \(aws_db_instance\..+\): 657\.00 \?$/),
    expect.stringMatching(/^cache \(aws_elasticache_replication_group\..+\): 300\.76 \?$/),
    expect.stringMatching(/^nodes \(aws_eks_node_group\..+\): 182\.21$/),
  ])
})

test('with a reason it is allowed, and the reason is kept; a blank one is none', () => {
  const dear = costEstimate(planOfProd, { ...prod, budget: 1000 })
  const sale = costGate(dear, { ...none, allow: 'the sale in December' })
  expect(sale).toMatchObject({ outcome: 'allowed', allowedBecause: 'the sale in December' })
  expect(costGate(dear, { ...none, allow: '  ' }).outcome).toBe('failed')
  expect(costGate(within, { ...none, allow: 'not needed' }).allowedBecause).toBeNull()
})

test('F21: a line without a price makes it "at least", and fails where that is asked for', () => {
  expect(costGate(unknown, none).outcome).toBe('passed')
  const strict = costGate(unknown, { ...none, unpriced: 'refused' })
  expect(strict.outcome).toBe('failed')
  expect(strict.findings).toContainEqual(expect.stringContaining('no ec2/x9.large in us-east-1'))
})

test.each([
  ['28.04', 'passed'],
  ['28', 'failed'],
  ['3%', 'passed'],
  ['2%', 'failed'],
  ['0', 'failed'],
])('an increase of 28.03, where %s is allowed, %s', (typed, outcome) => {
  expect(costGate(larger, { ...none, maxIncrease: parseIncrease(typed) }).outcome).toBe(outcome)
})

test('no increase is within none at all, and from nothing any share is too much', () => {
  const nothingMore = { ...none, maxIncrease: parseIncrease('0') }
  expect(costGate(within, nothingMore).outcome).toBe('passed')
  expect(
    costGate(costEstimate(planOfProd, { ...prod, stack: { kind: 'registry' } }), {
      ...none,
      maxIncrease: parseIncrease('500%'),
    }).outcome,
  ).toBe('failed')
})

test.each(['', 'x', '-1', '10 %x', '1e3', '%', 'Infinity'])('"%s" is no increase', (typed) => {
  expect(parseIncrease(typed)).toBeNull()
})
