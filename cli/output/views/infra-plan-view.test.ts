import { expect, test } from 'vitest'
import type { PlanDocument } from '../../flows/infra/plan-document.ts'
import { aChange, aCost, aVerdict, noDrift } from '../../flows/infra/testing/judgements.ts'
import { infraPlanView } from './infra-plan-view.ts'

const document = (part: Partial<PlanDocument> = {}): PlanDocument => ({
  schema: 'shopctl.infra-plan/1',
  environment: 'staging',
  installation: 'prod',
  stack: 'shop-prod',
  against: 'account',
  mode: 'normal',
  ...aVerdict([aChange('aws_vpc.main')]),
  cost: aCost(),
  drift: noDrift,
  scan: 'not-installed',
  supportEnds: [],
  digest: 'a'.repeat(64),
  file: '/runs/shop-prod/plans/one.tfplan',
  ...part,
})

test('F29: the plan says on what the environment stands, what it costs, what was not scanned and what was saved, in 80 columns', () => {
  const text = infraPlanView(document(), null)
  expect(text).toMatch(/^staging, which stands on shop-prod: 1 to make/)
  expect(text).toContain('120.00 USD a month expected, within the budget of 500.00')
  expect(text).toContain('trivy is not on this machine')
  expect(text).toContain('sha256 aaaaaaaaaaaa')
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80)
})

test('what blocks, costs too much or is soon without support stands there in words', () => {
  const text = infraPlanView(
    document({
      cost: aCost({ verdict: 'above', unpriced: [{ subject: 'a', item: 'b', why: 'no row' }] }),
      scan: {
        scanner: 'trivy 0.70.0',
        verdict: 'blocked',
        findings: [
          {
            rule: 'AWS-0107',
            severity: 'CRITICAL',
            what: 'open',
            where: 'cdk.tf.json:4',
            judgement: 'blocks',
            remedy: null,
          },
          { rule: 'AWS-0001', severity: 'LOW', what: 'waived one', where: 'x', judgement: 'waived', remedy: null },
        ],
      },
      supportEnds: [
        { what: 'Kubernetes', version: '1.35', supportedUntil: '2027-03-27', daysLeft: 40, source: 'https://docs' },
      ],
    }),
    null,
  )
  expect(text).toContain('at least 120.00')
  expect(text).toContain('ABOVE the budget')
  expect(text).toContain('CRITICAL AWS-0107 cdk.tf.json:4: open')
  expect(text).not.toContain('waived one')
  expect(text).toContain('ends on 2027-03-27, in 40 days')
})

test('an offline plan says that it starts from nothing and is not offered for an up', () => {
  const text = infraPlanView(document({ against: 'nothing', environment: 'prod' }), null)
  expect(text).toMatch(/^shop-prod, offline, from nothing/)
  expect(text).not.toContain('Saved as')
})
