import { expect, test } from 'vitest'
import { stackName } from './stack-reference.ts'
import { judgeFindings } from './testing/covering-waivers.ts'
import { stackReferences } from './testing/synthesised.ts'
import { stackWaivers } from './waivers.ts'

const today = '2026-11-22'
const finding = { rule: 'CKV_AWS_144', stack: 'state', address: 'aws_s3_bucket.state_bucket' }
const waiver = { rule: 'CKV_AWS_144', resource: 'aws_s3_bucket.*', reason: 'as it is meant', until: today }

test('F4: a waiver covers its rule at its resource to the end of its last day', () => {
  expect(judgeFindings([finding], [waiver], { today })).toEqual({ open: [], expired: [], unused: [] })
})

test.each([
  ['of another rule', { ...waiver, rule: 'CKV_AWS_18' }],
  ['of another resource', { ...waiver, resource: 'aws_s3_bucket.state' }],
  ['of another stack', { ...waiver, stacks: ['registry'] }],
])('F4: a waiver %s covers nothing and is named as unused', (_, other) => {
  expect(judgeFindings([finding], [other], { today })).toEqual({ open: [finding], expired: [], unused: [other] })
})

test('F4: a waiver that is over covers nothing', () => {
  const over = { ...waiver, until: '2026-11-21' }
  expect(judgeFindings([finding], [over], { today })).toEqual({ open: [finding], expired: [over], unused: [] })
})

test('every waiver says why, ends on a day, and names stacks that there are', () => {
  const names = stackReferences.map(stackName)
  for (const { reason, until, stacks } of stackWaivers) {
    expect(reason.length).toBeGreaterThan(20)
    expect(new Date(until).toISOString().slice(0, 10)).toBe(until)
    expect(names).toEqual(expect.arrayContaining([...(stacks ?? [])]))
  }
})
