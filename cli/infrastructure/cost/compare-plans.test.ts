import { expect, test } from 'vitest'
import { comparePlans } from './compare-plans.ts'
import { costEstimate } from './cost-estimate.ts'
import { changed, planOfProd, questionOf } from './testing/plan-of-prod.ts'

const prod = questionOf('prod')
const estimate = costEstimate(planOfProd, prod)
const without = (type: string) =>
  costEstimate(
    { ...planOfProd, resource_changes: planOfProd.resource_changes.filter((one) => one.type !== type) },
    prod,
  )

test('a plan beside itself differs in nothing', () => {
  expect(comparePlans(estimate, estimate)).toEqual({
    added: [],
    gone: [],
    changed: [],
    fixed: 0,
    total: 0,
    unpriced: { added: [], gone: [] },
  })
})

test('a line of another size is changed, not gone and added', () => {
  const larger = costEstimate(changed(planOfProd, 'aws_eks_node_group', { instance_types: ['m5.large'] }), prod)
  const comparison = comparePlans(estimate, larger)
  expect(comparison).toMatchObject({ added: [], gone: [] })
  expect(comparison.changed.map(({ from, to }) => [from.sku, to.sku])).toEqual([['ec2/t3.large', 'ec2/m5.large']])
  expect(comparison.fixed).toBeCloseTo(28.03, 2)
})

test('lines come and go with their resources, and with the use of them', () => {
  const comparison = comparePlans(without('aws_nat_gateway'), estimate)
  expect(comparison.added.map(({ item }) => item)).toEqual(['NAT gateway', 'NAT gateway', 'NAT gateway', 'through NAT'])
  expect(comparison.fixed).toBeCloseTo(98.55, 6)
  expect(comparison.total).toBeCloseTo(98.55 + 9, 6)
  const back = comparePlans(estimate, without('aws_nat_gateway'))
  expect(back.gone).toEqual(comparison.added)
  expect(back.total).toBeCloseTo(-comparison.total, 8)
})

test('what one of both has no price for is told', () => {
  const unknown = costEstimate(changed(planOfProd, 'aws_db_instance', { instance_class: 'db.x.large' }), prod)
  expect(comparePlans(estimate, unknown)).toMatchObject({
    gone: [{ item: 'database' }],
    unpriced: { added: [{ item: 'database' }], gone: [] },
  })
})
