import { expect, test } from 'vitest'
import { installations } from '../../../stacks/installations.ts'
import type { Difference } from '../../infrastructure/drift-report.ts'
import { aLockValue } from '../../releases/testing/lock-store-contract.ts'
import { failureOf } from '../testing/failure-of.ts'
import { cost } from './cost.ts'
import { drift } from './drift.ts'
import { output } from './output.ts'
import { plan } from './plan.ts'
import { status } from './status.ts'
import { supportEnds } from './support-ends.ts'
import { aChange, aCost, aVerdict, noDrift } from './testing/judgements.ts'
import { scriptedInfra } from './testing/scripted-infra.ts'

const againstAccount = { against: 'account', mode: 'normal' } as const
const limits = { maxIncrease: null, unpriced: 'accepted', allow: null } as const

test('a plan without changes is done, one with changes says so, and one that policy forbids fails whatever it brings', async () => {
  const infra = scriptedInfra()
  expect((await plan(againstAccount, infra.means)).outcome).toBe('done')
  infra.judges.verdict = () => aVerdict([aChange('aws_vpc.main')])
  const { document, outcome } = await plan(againstAccount, infra.means)
  expect(outcome).toBe('changes')
  expect(document).toMatchObject({
    schema: 'shopctl.infra-plan/1',
    environment: 'dev',
    installation: 'dev',
    stack: 'shop-dev',
    digest: 'digest of shop',
    scan: 'not-installed',
    counts: { create: 1 },
  })
  const finding = { rule: 'open-ingress', severity: 'high', address: 'a', what: 'open', remedy: 'close it' } as const
  infra.judges.verdict = () => aVerdict([aChange('a')], { findings: [{ ...finding, waiver: null }] })
  expect((await plan(againstAccount, infra.means)).outcome).toBe('check-failed')
  infra.judges.verdict = () => aVerdict([aChange('a')])
  infra.judges.estimate = () => aCost({ verdict: 'above' })
  expect((await plan(againstAccount, infra.means)).outcome).toBe('check-failed')
})

test('a plan takes no lock, and an offline one asks no account', async () => {
  const infra = scriptedInfra()
  await plan({ against: 'nothing', mode: 'normal' }, infra.means)
  expect(infra.calls).toEqual(['tools', 'init shop', 'plan shop normal leave'])
  expect(infra.bucket.objects.size).toBe(0)
})

test('versions are warned of from 90 days before their support ends', () => {
  const ends = (day: string) => supportEnds(installations.dev, new Date(day)).map(({ what }) => what)
  expect(ends('2026-11-22')).toEqual([])
  expect(ends('2027-01-01')).toEqual(['Kubernetes'])
  expect(supportEnds(installations.dev, new Date('2027-04-01'))[0]).toMatchObject({ daysLeft: -5 })
})

const ruleAdded: Difference = {
  address: 'aws_security_group.nodes',
  kind: 'changed',
  attribute: 'ingress',
  expected: null,
  found: '22 from 0.0.0.0/0',
  meaning: 'exposure',
  remedy: 'remove it',
  by: null,
}

test('drift names who did it where AWS tells, lists what is in no state, and is written down', async () => {
  const infra = scriptedInfra()
  infra.judges.drift = () => ({ ...noDrift, outcome: 'drift', differences: [ruleAdded] })
  const resources = [{ values: { id: 'vpc-1', arn: 'arn:aws:ec2:us-east-1:0:vpc/vpc-1' } }, { values: { id: 'sg-1' } }]
  infra.script.plan = {
    prior_state: { values: { root_module: { resources } } },
    resource_drift: [{ address: ruleAdded.address, change: { before: { id: 'sg-1' }, after: {} } }],
  }
  const by = { who: 'eve', when: '2026-11-22T11:00:00Z', call: 'AuthorizeSecurityGroupIngress' }
  // Nodes and members of the cache have our tags too, and are in no state.
  const made = ['ec2:us-east-1:0:instance/i-1', 'elasticache:us-east-1:0:cluster:shop-dev-1']
  const rest = ['ec2:us-east-1:0:vpc/vpc-1', 'ec2:us-east-1:0:security-group/sg-1', 'kms:us-east-1:0:key/lost', ...made]
  const arns = rest.map((one) => `arn:aws:${one}`)
  const result = await drift({
    ...infra.means,
    whoChanged: async (names) => new Map([...names.keys()].map((address) => [address, by] as const)),
    tagged: async () => arns,
  })
  expect(infra.calls).toContain('plan shop refresh-only leave')
  expect(result).toMatchObject({ outcome: 'drift', differences: [{ by }], untracked: [{ arn: arns[2] }] })
  const known = await status(infra.means)
  expect(known.stacks[2]?.drift).toMatchObject({ differences: 1, untracked: 1, checkedAt: '2026-11-22T12:00:00.000Z' })
})

test('who may only read looks for drift all the same, and an answer that AWS does not give is absent, not empty', async () => {
  const infra = scriptedInfra()
  infra.bucket.forbidWriting(new Error('AccessDenied'))
  expect(await drift({ ...infra.means, tagged: async () => null })).toMatchObject({ outcome: 'none', untracked: null })
})

test('cost plans without a lock, judges the budget, and compares with a plan that was saved', async () => {
  const infra = scriptedInfra()
  infra.judges.estimate = () => aCost({ verdict: 'above', budget: 50 })
  const result = await cost({ against: 'nothing', limits, comparedWith: 'old.tfplan' }, infra.means)
  expect(result).toMatchObject({ gate: { outcome: 'failed' }, comparison: { total: 0 } })
  expect(infra.calls).toEqual(['tools', 'init shop', 'plan shop normal leave', 'read old.tfplan'])
})

test('F26: a sensitive output is shown only where that is asked for', async () => {
  const infra = scriptedInfra()
  infra.script.outputs = { zone: { value: 'z', sensitive: false }, token: { value: 'c4nary', sensitive: true } }
  const masked = await output({ name: null, secrets: 'masked' }, infra.means)
  expect(Object.keys(masked.outputs)).toEqual(['token', 'zone'])
  expect(JSON.stringify(masked)).not.toContain('c4nary')
  const shown = await output({ name: 'token', secrets: 'shown' }, infra.means)
  expect(shown.outputs).toEqual({ token: { value: 'c4nary', sensitive: true } })
  const failure = await failureOf(output({ name: 'nothing', secrets: 'masked' }, infra.means))
  expect(failure).toMatchObject({ code: 'UNKNOWN_OUTPUT', outcome: 'usage', why: ['there are token, zone'] })
})

test('F27: status tells of each stack what is known, without Terraform, and a killed run is told as one', async () => {
  const infra = scriptedInfra()
  const lock = { ID: 'b7', Operation: 'OperationTypeApply', Who: 'root@agent', Created: '2026-11-22T11:56:00Z' }
  await infra.bucket.write('shop-dev.tfstate.tflock', { text: JSON.stringify(lock), condition: 'new' })
  await infra.means.lock('registry').write({ ...aLockValue('bob'), host: 'agent' }, null)
  await infra.means.records.write({
    schema: 'shopctl.infra-record/1',
    id: '20261122T110000Z-aaaaaa',
    verb: 'up',
    stack: 'shop-dev',
    environment: 'dev',
    installation: 'dev',
    who: 'ada',
    commit: null,
    startedAt: '2026-11-22T11:00:00.000Z',
    finishedAt: null,
    planDigest: null,
    counts: null,
    changes: [],
    cost: null,
    allowed: { destroy: [], cost: null },
    outcome: 'running',
    done: 0,
    tainted: [],
    failed: [],
    failure: null,
  })
  const known = await status(infra.means)
  expect(known.stacks.map(({ stack }) => stack)).toEqual(['state', 'registry', 'shop-dev'])
  expect(known.stacks[1]).toMatchObject({ lock: { holder: 'bob' }, last: null, resources: null, unfinished: false })
  expect(known.stacks[2]).toMatchObject({
    last: { who: 'ada' },
    unfinished: true,
    terraformLock: { id: 'b7', who: 'root@agent', since: '2026-11-22T11:56:00Z' },
  })
  expect(known.versions[0]).toMatchObject({ what: 'Kubernetes', supportedUntil: '2027-03-27' })
  expect(infra.calls).toEqual(['account'])
})
