import { expect, test } from 'vitest'
import type { StackWaiver } from '../../../stacks/waivers.ts'
import { noCode } from '../plan/stack-code.ts'
import { readPlan } from '../testing/plans/read-plan.ts'
import { judgePolicy } from './judge-policy.ts'
import { plannedStack } from './planned-stack.ts'

const waiver = (changes: Partial<StackWaiver> = {}): StackWaiver => ({
  rule: 'public-ingress',
  resource: 'aws_security_group_rule.breaks_public_ingress',
  reason: 'the front door',
  until: '2026-12-31',
  ...changes,
})
const judge = (waivers: readonly StackWaiver[], { plan = 'rules', today = '2026-11-22' } = {}) =>
  judgePolicy(plannedStack(readPlan(plan), noCode), { waivers, today })
const waivedBy = (one: StackWaiver, today?: string) =>
  judge([one], today === undefined ? {} : { today })
    .findings.filter(({ waiver: given }) => given !== null)
    .map(({ address }) => address)

test.each([
  ['its own address', 'aws_security_group_rule.breaks_public_ingress', 1],
  ['any text for *', 'aws_*.breaks_public_ingress*', 5],
  ['everything for * alone', '*', 5],
  ['a dot only for a dot', 'aws_security_group_ruleXbreaks_public_ingress', 0],
  ['no part of an address', 'aws_security_group_rule.breaks', 0],
])('a waiver stands for %s', (_, resource, count) => {
  expect(waivedBy(waiver({ resource }))).toHaveLength(count)
})

test('a waiver of one rule leaves the others', () => {
  const { findings } = judge([waiver({ rule: 'open-egress', resource: '*' })])
  expect(findings.filter(({ rule, waiver: given }) => rule !== 'open-egress' && given !== null)).toEqual([])
})

test('a waiver for some stacks holds in those alone, and is neither needed nor unused in another', () => {
  const ofDev = [
    waiver({ stacks: ['shop-dev'] }),
    waiver({ stacks: ['shop-dev'], resource: 'aws_security_group.keeps_public_ingress' }),
  ]
  const judgeIn = (stack: string | undefined) => {
    const planned = plannedStack(readPlan('rules'), noCode)
    const { findings, brokenWaivers } = judgePolicy(planned, {
      waivers: ofDev,
      today: '2026-11-22',
      ...(stack === undefined ? {} : { stack }),
    })
    return { waived: findings.filter((finding) => finding.waiver !== null).length, broken: brokenWaivers.length }
  }
  expect(judgeIn('shop-dev')).toEqual({ waived: 1, broken: 1 })
  expect(judgeIn('shop-prod')).toEqual({ waived: 0, broken: 0 })
  expect(judgeIn(undefined)).toEqual({ waived: 0, broken: 0 })
})

test('it holds on its last day, and is an error from the next', () => {
  expect(waivedBy(waiver(), '2026-12-31')).toHaveLength(1)
  expect(waivedBy(waiver(), '2027-01-01')).toEqual([])
  expect(judge([waiver()], { today: '2027-01-01' }).brokenWaivers).toEqual([{ waiver: waiver(), why: 'expired' }])
})

test('one that covers nothing is an error', () => {
  const unused = waiver({ resource: 'aws_security_group.keeps_public_ingress' })
  expect(judge([unused]).brokenWaivers).toEqual([{ waiver: unused, why: 'unused' }])
})

test.each([
  ["a scanner's rule", waiver({ rule: 'CKV_AWS_144' })],
  ['a resource of another stack', waiver({ resource: 'aws_security_group.of_another_stack' })],
])('whether one for %s is needed cannot be told here', (_, one) => {
  expect(judge([one]).brokenWaivers).toEqual([])
})

test('nor of one for a value that is known only after apply', () => {
  const one = waiver({ rule: 'log-group-without-key', resource: 'aws_cloudwatch_log_group.cluster' })
  expect(judge([one], { plan: 'moved' }).brokenWaivers).toEqual([])
  expect(judge([one], { plan: 'unchanged' }).brokenWaivers).toEqual([{ waiver: one, why: 'unused' }])
})

test('nothing is asked of what is deleted', () => {
  expect(judge([], { plan: 'destroyed' }).findings).toEqual([])
})

test('a stack that is built as it should be breaks no rule', () => {
  expect(judge([], { plan: 'unchanged' }).findings).toEqual([])
})
