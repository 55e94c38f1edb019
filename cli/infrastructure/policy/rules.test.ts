import { describe, expect, test } from 'vitest'
import { parsePlan, type TerraformPlan } from '../plan/parse-plan.ts'
import { noCode, parseStackCode } from '../plan/stack-code.ts'
import { isRecord } from '../plan/veil.ts'
import { readPlan } from '../testing/plans/read-plan.ts'
import { ruleCases, tagCases } from '../testing/plans/rule-cases.ts'
import { judgePolicy } from './judge-policy.ts'
import { plannedStack } from './planned-stack.ts'
import { rules } from './rules.ts'

const cases = [readPlan('rules'), readPlan('tags')]
const judged = (plan: TerraformPlan, code = noCode) =>
  judgePolicy(plannedStack(plan, code), { waivers: [], today: '2026-11-22' }).findings

const addresses = [ruleCases, tagCases].flatMap((resources) =>
  Object.entries(resources).flatMap(([type, named]) => Object.keys(named).map((name) => `${type}.${name}`)),
)
const findings = cases.flatMap((plan) => judged(plan))
const brokenIn = (rule: string): readonly string[] =>
  findings.filter((finding) => finding.rule === rule).map(({ address }) => address)

/** It looks back as well, so a plan against nothing cannot break it; tested below. */
const looksBack = 'wider-cluster-endpoint'

test.each(rules.map(({ id }) => id).filter((id) => id !== looksBack))(
  '%s: broken by what breaks it, and by nothing else',
  (id) => {
    const types = rules.find((rule) => rule.id === id)?.types ?? []
    const judgedHere = addresses.filter((address) => types.includes('*') || types.includes(address.split('.')[0] ?? ''))
    const wanted = judgedHere.filter((address) => address.includes(`.breaks_${id.replaceAll('-', '_')}`))
    expect(wanted.length).toBeGreaterThan(0)
    expect([...brokenIn(id)].sort()).toEqual([...wanted].sort())
    const kept = judgedHere.filter((address) => address.includes('.keeps_'))
    expect(kept.length).toBeGreaterThan(0)
  },
)

test('every finding says what is wrong in a sentence, and what to change', () => {
  for (const { what, remedy } of findings) {
    expect(what).toMatch(/^[A-Za-z].*\.$/)
    expect(remedy.length).toBeGreaterThan(10)
  }
  expect(JSON.stringify(findings)).not.toContain('canary')
})

test('ids of rules are names of their own', () => {
  expect(new Set(rules.map(({ id }) => id)).size).toBe(rules.length)
})

describe(looksBack, () => {
  const clusterWith = (before: unknown, after: unknown) => {
    const plan = readPlan('two-minors')
    const changes = plan.resource_changes.map((one) => {
      const { change } = one
      if (one.type !== 'aws_eks_cluster' || !isRecord(change.before) || !isRecord(change.after)) return one
      const [was, will] = [
        { ...change.before, vpc_config: [before] },
        { ...change.after, vpc_config: [after] },
      ]
      return { ...one, change: { ...change, before: was, after: will } }
    })
    return judged({ ...plan, resource_changes: changes }).map(({ rule }) => rule)
  }
  const open = (...cidrs: string[]) => ({ endpoint_public_access: true, public_access_cidrs: cidrs })
  const closed = { endpoint_public_access: false, public_access_cidrs: [] }

  test.each([
    ['a range more', open('203.0.113.0/24'), open('203.0.113.0/24', '198.51.100.0/24')],
    ['a wider range', open('203.0.113.0/25'), open('203.0.113.0/24')],
    ['an endpoint that was not there', closed, open('203.0.113.0/24')],
  ])('%s breaks it', (_, before, after) => {
    expect(clusterWith(before, after)).toEqual([looksBack])
  })

  test.each([
    ['the same ranges', open('203.0.113.0/24'), open('203.0.113.0/24')],
    ['a narrower one', open('203.0.113.0/24'), open('203.0.113.128/25')],
    ['closing it', open('203.0.113.0/24'), closed],
    ['what was open to all before', open('0.0.0.0/0'), open('203.0.113.0/24')],
  ])('%s keeps it', (_, before, after) => {
    expect(clusterWith(before, after)).toEqual([])
  })
})

describe('what is known only after apply', () => {
  const policy = (action: string): string =>
    `{"Statement":[{"Effect":"Allow","Action":"${action}","Resource":"\${aws_s3_bucket.uploads.arn}/*"}]}`
  const plan = parsePlan({
    format_version: '1.2',
    resource_changes: [
      {
        address: 'aws_iam_role_policy.uploads',
        type: 'aws_iam_role_policy',
        name: 'uploads',
        change: { actions: ['create'], before: null, after: { role: 'x' }, after_unknown: { policy: true } },
      },
    ],
    configuration: {
      root_module: {
        resources: [
          {
            address: 'aws_iam_role_policy.uploads',
            expressions: { policy: { references: ['aws_s3_bucket.uploads.arn'] } },
          },
        ],
      },
    },
  })
  const coded = (action: string) =>
    judged(plan, parseStackCode({ resource: { aws_iam_role_policy: { uploads: { policy: policy(action) } } } }))

  test('is judged by its text in the code', () => {
    expect(coded('s3:*')).toMatchObject([{ rule: 'wildcard-action', address: 'aws_iam_role_policy.uploads' }])
    expect(coded('s3:GetObject')).toEqual([])
  })

  test('and without that not at all', () => {
    expect(judged(plan)).toEqual([])
  })
})
