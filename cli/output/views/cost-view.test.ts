import { expect, test } from 'vitest'
import { comparePlans } from '../../infrastructure/cost/compare-plans.ts'
import { type CostQuestion, costEstimate } from '../../infrastructure/cost/cost-estimate.ts'
import { type CostLimits, costGate } from '../../infrastructure/cost/cost-gate.ts'
import { changed, type Plan, planOfProd, questionOf } from '../../infrastructure/cost/testing/plan-of-prod.ts'
import { costComparisonView, costView } from './cost-view.ts'

const prod = questionOf('prod')
const none: CostLimits = { maxIncrease: null, unpriced: 'accepted', allow: null }
const shown = (plan: Plan, question: CostQuestion = prod, limits = none) => {
  const estimate = costEstimate(plan, question)
  return costView(estimate, { subject: 'prod', gate: costGate(estimate, limits), width: 80 })
}
const unknownNodes = changed(planOfProd, 'aws_eks_node_group', { instance_types: ['x9.large'] })
const linesOf = (text: string) => text.split('\n')

test('no line is wider than a terminal of 80 columns', () => {
  const texts = [shown(planOfProd), shown(unknownNodes, { ...prod, today: new Date('2028-01-01') })]
  for (const line of texts.flatMap(linesOf)) expect(line.length, line).toBeLessThanOrEqual(80)
})

test('F22: an unverified price is marked on its row, in the sums and on the sheet', () => {
  const text = shown(planOfProd)
  expect(text).toMatch(/^database db\.r6g\.xlarge Multi-AZ .* 657\.00 {2}\?$/m)
  expect(text).toMatch(/^nodes t3\.large .* 182\.21$/m)
  expect(text).toMatch(/^Fixed 1,368\.67\?, usage/m)
  expect(text).toMatch(/^database +PostgreSQL Multi-AZ +450\.00 +680\.00 {2}\?$/m)
  expect(text).toContain('? this price was never checked against AWS')
})

test('F22: an old price is marked, with the oldest day', () => {
  const text = shown(planOfProd, { ...prod, today: new Date('2028-01-01') })
  expect(text).toMatch(/^nodes t3\.large .* 182\.21 {2}\*$/m)
  expect(text).toMatch(/^database db\.r6g\.xlarge .* {2}\?\*$/m)
  expect(text).toContain('the oldest was recorded on 2026-11-22')
})

test('what has no price is named near the top, and the sums are "at least"', () => {
  const [first = '', , , , , title = '', ...rest] = linesOf(shown(unknownNodes))
  expect(first).toMatch(/^prod: at least 1,\d{3}\.\d\d\? USD a month expected, within the budget/)
  expect(`${title} ${rest.slice(0, 3).join(' ')}`).toMatch(/^Without a price.*x9\.large/)
})

test('F21: the budget is judged in the first line, with the three largest lines; why it was accepted is told', () => {
  const dear = { ...prod, budget: 1000 }
  expect(shown(planOfProd, dear)).toMatch(/^prod: .* above the budget\s+of 1,000\.00/)
  expect(shown(planOfProd, dear)).toContain('Most of it: database 657.00?, cache 300.76?, nodes 182.21.')
  expect(shown(planOfProd, dear, { ...none, allow: 'the sale' })).toContain('Accepted all the same: the sale')
})

test('what is outside Terraform is told with the sum that it would make', () => {
  expect(shown(planOfProd)).toMatch(
    /With them the month is expected to cost 1,5\d\d\.\d\d, which is above the budget\./,
  )
})

test('two plans: only what differs, with both figures', () => {
  const larger = costEstimate(changed(planOfProd, 'aws_eks_node_group', { instance_types: ['m5.large'] }), prod)
  const text = costComparisonView(comparePlans(costEstimate(planOfProd, prod), larger), 80)
  expect(text).toMatch(/its fixed part by\s\+28\.03\./)
  expect(text).toMatch(/^~ +nodes m5\.large +182\.21 +210\.24 +\+28\.03$/m)
  expect(text).not.toContain('database')
})
