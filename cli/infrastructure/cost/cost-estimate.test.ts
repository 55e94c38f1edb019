import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { CostEstimate, CostLine } from '../cost-estimate.ts'
import { costEstimate } from './cost-estimate.ts'
import { prices } from './prices.ts'
import { applied, changed, type Plan, planOfProd, questionOf, without } from './testing/plan-of-prod.ts'

const prod = questionOf('prod')
const estimate = costEstimate(planOfProd, prod)
const sum = (lines: readonly CostLine[]) => lines.reduce((total, { monthly }) => total + monthly, 0)
const line = ({ fixed, usage }: CostEstimate, item: string) => [...fixed, ...usage].find((one) => one.item === item)
const row = (item: string) => estimate.sheet.find((one) => one.item === item)

describe('what prod costs', () => {
  test('F21: the fixed part at minimum sizes is the figure that was worked out by hand', () => {
    expect(estimate.monthly.fixed).toBeCloseTo(1368.67, 2)
    expect(estimate.unpriced).toEqual([])
  })

  test('F21: three nodes of another type change it by 28.03', () => {
    const plan = changed(applied(planOfProd), 'aws_eks_node_group', { instance_types: ['m5.large'] })
    expect(costEstimate(plan, prod).delta).toBeCloseTo(28.03, 2)
  })

  test('a plan from nothing adds all but what the account has already: the keys of two stacks', () => {
    expect(estimate.delta).toBeCloseTo(estimate.monthly.fixed - 2, 8)
    const keys = estimate.fixed.filter(({ item }) => item === 'key')
    expect(keys.map(({ subject }) => subject)).toEqual(expect.arrayContaining(['stack state', 'stack registry']))
  })

  test('the secret of the master password counts, though RDS makes it', () => {
    const plan = changed(planOfProd, 'aws_db_instance', { manage_master_user_password: false })
    expect(costEstimate(plan, prod).monthly.fixed).toBeCloseTo(1368.27, 2)
  })

  test('spot nodes are free while there are none, and their range and share are told', () => {
    expect(line(estimate, 'spot nodes')).toBeUndefined()
    const told = estimate.assumptions.find((sentence) => sentence.includes('35 %'))
    expect(told).toContain('0.00 to 252.58 a month')
    const two = { min_size: 2, max_size: 10 }
    const plan = changed(planOfProd, 'aws_eks_node_group', { capacity_type: 'SPOT', scaling_config: [two] })
    expect(line(costEstimate(plan, prod), 'spot nodes')?.unitPrice).toBeCloseTo(0.0832 * 0.35, 8)
  })

  test('by use it ranges from low to high, nodes that come and go included, and never beyond what a group may have', () => {
    const { usage, total } = estimate.monthly
    expect(usage.low).toBeLessThan(usage.expected)
    expect(usage.expected).toBeLessThan(usage.high)
    expect(total.high).toBeCloseTo(estimate.monthly.fixed + usage.high, 8)
    const [low, high] = [0, 1000].map((nodes) => {
      const nodesAboveMinimum = { low: 0, expected: nodes, high: nodes }
      return costEstimate(planOfProd, { ...prod, usage: { ...prod.usage, nodesAboveMinimum } }).monthly.usage.expected
    })
    expect((high ?? 0) - (low ?? 0)).toBeCloseTo(7 * (730 * 0.0832 + 50 * 0.08), 6)
  })

  test('what Kubernetes makes is told beside it and is in no sum', () => {
    expect(estimate.outside.map(({ item }) => item)).toEqual(expect.arrayContaining(['load balancer', 'volumes']))
    expect(estimate.monthly.total.expected).toBeCloseTo(sum(estimate.fixed) + sum(estimate.usage), 8)
  })

  test('the documented sheet stands beside it, and its rows are all that is paid', () => {
    expect(row('PostgreSQL Multi-AZ')).toMatchObject({ documented: 450, computed: 680, verified: false })
    expect(row('3 × t3.large')).toMatchObject({ documented: 300, verified: true })
    expect(row('')?.documented).toBe(1298)
    expect(row('')?.computed).toBeCloseTo(estimate.monthly.total.expected + sum(estimate.outside), 8)
    const rows = estimate.sheet.filter(({ group }) => group !== 'all')
    expect(rows.reduce((total, { computed }) => total + computed, 0)).toBeCloseTo(row('')?.computed ?? 0, 8)
    expect(costEstimate(planOfProd, questionOf('dev')).sheet).toEqual([])
  })

  test('what could be saved is told with its arithmetic; on the sheet it is what the requirements say', () => {
    const left = (name: string) => 1298 - (estimate.savings.find((saving) => saving.name === name)?.monthly ?? 0)
    expect(left('on the sheet, nodes reserved')).toBeCloseTo(868.55, 2)
    expect(left('on the sheet, nodes on spot')).toBeCloseTo(898.55, 2)
    expect(estimate.savings.find(({ name }) => name === 'the database reserved')?.arithmetic).toBe(
      '(657.00 - 131.40) × 40 % = 210.24',
    )
  })
})

describe('what is not known', () => {
  test('F21: a type without a price is named and counted as nothing nowhere', () => {
    const plan = changed(planOfProd, 'aws_eks_node_group', { instance_types: ['x9.large'] })
    const { unpriced, fixed } = costEstimate(plan, prod)
    expect(unpriced.map(({ why }) => why)).toContain('the price table has no ec2/x9.large in us-east-1')
    expect(fixed.some(({ item }) => item === 'nodes')).toBe(false)
  })

  test('the sizes of dev and staging that no source has a price for are named', () => {
    const dev = changed(planOfProd, 'aws_elasticache_replication_group', { node_type: 'cache.t4g.micro' })
    expect(costEstimate(dev, questionOf('dev')).unpriced).toMatchObject([{ item: 'cache' }])
    const staging = changed(planOfProd, 'aws_db_instance', { instance_class: 'db.r6g.large', multi_az: false })
    expect(costEstimate(staging, questionOf('staging')).unpriced).toMatchObject([{ item: 'database' }])
  })

  test('a resource of a type that nobody decided about is named', () => {
    const strange = { address: 'aws_x.y', type: 'aws_x', change: { actions: ['create'], before: null, after: {} } }
    const plan = { ...planOfProd, resource_changes: [...planOfProd.resource_changes, strange] }
    expect(costEstimate(plan, prod).unpriced).toMatchObject([{ subject: 'aws_x.y', item: 'aws_x' }])
  })

  test('a change from what had no price says so, for it seems to come on top', () => {
    const strange = applied(changed(planOfProd, 'aws_db_instance', { instance_class: 'db.x.large' }))
    const plan = changed(strange, 'aws_db_instance', { instance_class: 'db.r6g.xlarge' })
    const { delta, assumptions } = costEstimate(plan, prod)
    expect(delta).toBeCloseTo(657, 6)
    expect(assumptions).toContainEqual(expect.stringContaining('it had no price'))
    expect(estimate.assumptions.join()).not.toContain('it had no price')
  })

  test('a value that AWS decides only later leaves the resource without a price', () => {
    const plan = changed(planOfProd, 'aws_db_instance', { allocated_storage: undefined })
    expect(costEstimate(plan, prod).unpriced).toMatchObject([
      { item: 'database', why: expect.stringContaining('allocated_storage') },
    ])
  })

  test('another region has no price at all', () => {
    const elsewhere = { ...prod, installation: { ...prod.installation, region: 'eu-west-1' } }
    const { monthly, unpriced } = costEstimate(planOfProd, elsewhere)
    expect(monthly.total.expected).toBe(0)
    expect(unpriced.length).toBeGreaterThan(10)
  })

  test('F22: what was never checked and what is older than 180 days is marked on its line', () => {
    expect(line(estimate, 'database')).toMatchObject({ verified: false, stale: false })
    expect(line(estimate, 'nodes')).toMatchObject({ verified: true, stale: false })
    expect(estimate.oldestPrice).toEqual({ recorded: '2026-11-22', stale: false })
    const later = costEstimate(planOfProd, { ...prod, today: new Date('2027-05-22T00:00:00Z') })
    expect(later.oldestPrice?.stale).toBe(true)
    expect(later.fixed.every(({ stale }) => stale)).toBe(true)
    const onTheDay = costEstimate(planOfProd, { ...prod, today: new Date('2027-05-21T00:00:00Z') })
    expect(onTheDay.oldestPrice?.stale).toBe(false)
  })

  test.each([null, {}, { format_version: '1.2', resource_changes: 'none' }, 'plan'])('%j is no plan', (plan) => {
    expect(() => costEstimate(plan, prod)).toThrow(expect.objectContaining({ code: 'PLAN_UNREADABLE', exitCode: 3 }))
  })
})

describe('what becomes of it', () => {
  test('when all of it goes, the keys of the account stay', () => {
    const gone = costEstimate(without(planOfProd, 'delete'), prod)
    expect(gone.monthly.total).toEqual({ low: 2, expected: 2, high: 2 })
    expect(gone.delta).toBeCloseTo(2 - estimate.monthly.fixed, 8)
  })

  test('what Terraform forgets is paid for all the same', () => {
    const forgotten = costEstimate(without(planOfProd, 'forget'), prod)
    expect(forgotten.delta).toBe(0)
    expect(forgotten.monthly.fixed).toBeCloseTo(estimate.monthly.fixed, 8)
  })

  test('a version past its support costs six times as much, unless AWS is told to upgrade it', () => {
    const after = { ...prod, today: new Date('2027-03-28T00:00:00Z') }
    const extended = changed(planOfProd, 'aws_eks_cluster', { upgrade_policy: [{ support_type: 'EXTENDED' }] })
    expect(line(costEstimate(extended, after), 'EKS control plane')?.monthly).toBeCloseTo(438, 6)
    expect(line(costEstimate(extended, prod), 'EKS control plane')?.monthly).toBeCloseTo(73, 6)
    expect(line(costEstimate(planOfProd, after), 'EKS control plane')?.monthly).toBeCloseTo(73, 6)
  })

  test('a disk is found by the id of its launch template where no code names it', () => {
    const uncoded = { ...applied(planOfProd), configuration: undefined }
    expect(costEstimate(uncoded, prod).fixed.find(({ item }) => item === 'disks of nodes')?.quantity).toBe(3 * 20)
    const template = [{ id: 'lt-1' }]
    const known = changed(changed(uncoded, 'aws_launch_template', { id: 'lt-1' }), 'aws_eks_node_group', {
      launch_template: template,
    })
    expect(line(costEstimate(known, prod), 'disks of nodes')?.quantity).toBe(150)
  })

  test("the account's own stacks have no use and no keys of others in them", () => {
    const { fixed, usage, outside } = costEstimate(planOfProd, { ...prod, stack: { kind: 'registry' } })
    expect(fixed.some(({ subject }) => subject.startsWith('stack '))).toBe(false)
    expect([...usage, ...outside]).toEqual([])
  })
})

describe('laws', () => {
  const subset = (plan: Plan) =>
    fc.subarray(plan.resource_changes).map((resource_changes): Plan => ({ ...plan, resource_changes }))

  test('a plan with nothing to do changes no cost', () => {
    fc.assert(
      fc.property(subset(planOfProd), (plan) => {
        expect(costEstimate(applied(plan), prod).delta).toBe(0)
      }),
    )
  })

  test('each sum is the sum of its lines, and each line is its quantity times its price', () => {
    fc.assert(
      fc.property(subset(planOfProd), (plan) => {
        const { fixed, usage, outside, monthly } = costEstimate(plan, prod)
        expect(monthly.fixed).toBeCloseTo(sum(fixed), 8)
        expect(monthly.usage.expected).toBeCloseTo(sum(usage), 8)
        expect(monthly.total.expected).toBeCloseTo(sum(fixed) + sum(usage), 8)
        for (const one of [...fixed, ...usage, ...outside]) {
          expect(one.monthly).toBeCloseTo(one.quantity * one.unitPrice, 8)
          expect(one.monthly).toBeGreaterThan(0)
        }
      }),
    )
  })

  test('with fewer prices there are more lines without one, and never a higher sum', () => {
    fc.assert(
      fc.property(fc.subarray([...prices]), (some) => {
        const poorer = costEstimate(planOfProd, { ...prod, prices: some })
        expect(poorer.monthly.total.expected).toBeLessThanOrEqual(estimate.monthly.total.expected + 1e-9)
        if (some.length === prices.length) return
        const used = new Set([...estimate.fixed, ...estimate.usage, ...estimate.outside].map(({ sku }) => sku))
        const missing = prices.filter((one) => !some.includes(one) && used.has(`${one.service}/${one.sku}`))
        expect(poorer.unpriced.length).toBeGreaterThanOrEqual(missing.length)
      }),
    )
  })
})
