import { describe, expect, test } from 'vitest'
import type { StackWaiver } from '../../../stacks/waivers.ts'
import type { PlanVerdict } from '../plan-verdict.ts'
import { readPlan } from '../testing/plans/read-plan.ts'
import { type Confirmation, confirmationGate, wantedConfirmation } from './confirmation-gate.ts'
import { planGate } from './plan-gate.ts'
import { planVerdict } from './plan-verdict.ts'

const verdictOf = (name: string, waivers: readonly StackWaiver[] = []): PlanVerdict =>
  planVerdict(readPlan(name), { waivers, today: '2026-11-22' })
const asked = (allowDestroy: readonly string[] = []) => ({
  environment: 'prod',
  command: 'infra up --env prod',
  allowDestroy,
})
const removed = ['aws_ecr_repository.users', 'aws_s3_bucket.uploads', 'aws_secretsmanager_secret.mail']
const everywhere = (rule: string): StackWaiver => ({ rule, resource: '*', reason: 'a drill', until: '2026-12-31' })

test('what changes nothing passes without a word', () => {
  expect(planGate(verdictOf('unchanged'), asked())).toBeNull()
  expect(wantedConfirmation(verdictOf('unchanged'), { protect: true })).toBe('none')
})

describe('F12, F13: what puts data at risk', () => {
  test('is refused with each address, its reason, and the command that allows it', () => {
    const refusal = planGate(verdictOf('removed'), asked())
    expect(refusal).toMatchObject({ code: 'DATA_LOSS_REFUSED', exitCode: 3 })
    expect(refusal?.message).toContain('3 resources')
    expect(refusal?.why).toEqual(removed.map((address) => expect.stringContaining(`${address}: `)))
    expect(refusal?.fix).toEqual([
      `shopctl infra up --env prod ${removed.map((address) => `--allow-destroy ${address}`).join(' ')}`,
    ])
  })

  test.each(removed)('is still refused when all but %s are named', (missing) => {
    const refusal = planGate(verdictOf('removed'), asked(removed.filter((address) => address !== missing)))
    expect(refusal).toMatchObject({ code: 'DATA_LOSS_REFUSED', why: [expect.stringContaining(missing)] })
  })

  test('passes when each is named', () => {
    expect(planGate(verdictOf('removed'), asked(removed))).toBeNull()
  })

  test('is told with the attribute that forces it', () => {
    expect(planGate(verdictOf('replaced'), asked())?.why).toEqual([
      'aws_db_instance.main: The database would be replaced: all data in it is lost. (AWS cannot change username of one that exists)',
    ])
  })
})

test.each([
  ['is in no plan', 'unchanged', 'aws_db_instance.man'],
  ['is left as it is', 'removed', 'aws_db_instance.main'],
  ['is only changed', 'interrupting', 'aws_db_instance.main'],
])('an address that %s is a mistake', (_, plan, address) => {
  const refusal = planGate(verdictOf(plan), asked([address]))
  expect(refusal).toMatchObject({ code: 'ALLOW_DESTROY_UNKNOWN', exitCode: 3 })
  expect(refusal?.message).toContain(address)
})

test.each([
  ['infra up --yes --env prod --stack registry --wait 5', 'infra plan --env prod --stack registry'],
  ['infra up --stack=state -y --env=prod --plan a.tfplan', 'infra plan --env prod --stack=state'],
  ["infra down --env prod --allow-cost 'a drill'", 'infra plan --env prod --destroy'],
])('after %s the plan that is offered has no word that a plan does not know', (command, offered) => {
  const refusal = planGate(verdictOf('unchanged'), { ...asked(['aws_db_instance.man']), command })
  expect(refusal?.fix).toEqual([`shopctl ${offered}`])
})

test('an address with a quote in it can be pasted', () => {
  const verdict = verdictOf('removed')
  const address = 'aws_s3_bucket.uploads["a"]'
  const indexed = { ...verdict, risks: verdict.risks.map((risk) => ({ ...risk, address })) }
  expect(planGate(indexed, asked())?.fix[0]).toContain(`--allow-destroy '${address}'`)
})

test('a cluster goes up by one version', () => {
  expect(planGate(verdictOf('interrupting'), asked())).toBeNull()
  const refusal = planGate(verdictOf('two-minors'), asked())
  expect(refusal).toMatchObject({ code: 'CLUSTER_VERSION_SKIPPED', exitCode: 3 })
  expect(refusal?.message).toContain('from 1.34 to 1.36')
  expect(refusal?.why.join()).toContain('1.35')
})

test.each(['1.33', '0.99'])('and never down to %s', (to) => {
  const verdict = verdictOf('interrupting')
  const changes = verdict.changes.map((one) => ({
    ...one,
    attributes: one.attributes.map((attribute) => (attribute.path === 'version' ? { ...attribute, to } : attribute)),
  }))
  expect(planGate({ ...verdict, changes }, asked())).toMatchObject({ code: 'CLUSTER_VERSION_SKIPPED' })
})

describe('what breaks a rule', () => {
  const allowed = asked(
    verdictOf('weakened')
      .risks.filter(({ kind }) => kind === 'data-loss')
      .map(({ address }) => address),
  )

  test('is a check that says no', () => {
    const refusal = planGate(verdictOf('weakened'), allowed)
    expect(refusal).toMatchObject({ code: 'PLAN_POLICY_BROKEN', exitCode: 5 })
    expect(refusal?.why[0]).toMatch(/^critical public-bucket: aws_s3_bucket\.uploads: .* Remedy: /)
  })

  test('passes when every finding is waived', () => {
    const rules = new Set(verdictOf('weakened').findings.map(({ rule }) => rule))
    expect(planGate(verdictOf('weakened', [...rules].map(everywhere)), allowed)).toBeNull()
  })

  test('a waiver that is over is one itself', () => {
    const over = { ...everywhere('CKV_AWS_144'), until: '2026-11-21' }
    expect(planGate(verdictOf('unchanged', [over]), asked())).toMatchObject({ code: 'PLAN_POLICY_BROKEN', exitCode: 5 })
  })
})

describe('what users may notice', () => {
  const confirm = (name: string, confirmed: Confirmation, protect = false) =>
    confirmationGate(verdictOf(name), { ...asked(), confirmed, protect })

  test.each(['interrupting', 'unheard'])('in "%s" needs a yes', (name) => {
    const refusal = confirm(name, 'none')
    expect(refusal).toMatchObject({
      code: 'PLAN_NOT_CONFIRMED',
      exitCode: 3,
      fix: ['shopctl infra up --env prod --yes'],
    })
    expect(refusal?.why).toHaveLength(verdictOf(name).risks.length)
    expect(confirm(name, 'yes')).toBeNull()
  })

  test('in a protected installation what holds data needs the name, and --yes is no answer', () => {
    expect(confirm('removed', 'yes')).toBeNull()
    expect(confirm('removed', 'yes', true)).toMatchObject({ code: 'PLAN_NOT_CONFIRMED', exitCode: 3 })
    expect(confirm('removed', 'yes', true)?.fix.join()).not.toContain('--yes')
    expect(confirm('removed', 'typed-name', true)).toBeNull()
  })
})
