import { expect, test } from 'vitest'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { aLockValue } from '../../releases/testing/lock-store-contract.ts'
import { failureOf } from '../testing/failure-of.ts'
import { aChange, aCost, aVerdict } from './testing/judgements.ts'
import { scriptedInfra } from './testing/scripted-infra.ts'
import { nothingDone } from './testing/scripted-terraform.ts'
import { type UpRequest, up } from './up.ts'

const asking = (part: Partial<UpRequest> = {}) => {
  const asked: string[] = []
  const request: UpRequest = {
    allowed: { destroy: [], cost: null },
    waitSeconds: 0,
    file: null,
    show: async ({ stack }) => void asked.push(`shown ${stack}`),
    async confirm({ stack }) {
      asked.push(`asked for ${stack}`)
      return 'yes'
    },
    confirmBootstrap: async (bucket) => void asked.push(`asked for ${bucket}`),
    ...part,
  }
  return { request, asked }
}

const changing = (addresses: readonly string[]) => () => aVerdict(addresses.map((address) => aChange(address)))

const lastRecord = async (infra: ReturnType<typeof scriptedInfra>) =>
  (await infra.means.records.newest('shop-dev', 1)).records[0]

test('F6: the plan that was shown is applied, once planned, and its digest is in the record', async () => {
  const infra = scriptedInfra()
  await infra.withRegistry()
  infra.judges.verdict = changing(['aws_vpc.main'])
  infra.script.apply = { ...nothingDone, done: ['aws_vpc.main'] }
  const { request, asked } = asking()
  const result = await up(request, infra.means)
  expect(infra.calls).toEqual([
    'account',
    'tools',
    'init shop',
    'plan shop normal take',
    'apply /runs/shop/plan.tfplan',
    'refresh shop',
    'secrets',
  ])
  expect(asked).toEqual(['shown shop-dev', 'asked for shop-dev'])
  expect(result).toMatchObject({ outcome: 'applied', digest: 'digest of shop', first: [] })
  expect(await lastRecord(infra)).toMatchObject({
    id: result.record,
    verb: 'up',
    who: 'ada@laptop',
    commit: { sha: 'a'.repeat(40) },
    planDigest: 'digest of shop',
    outcome: 'done',
    changes: [{ address: 'aws_vpc.main', kind: 'create' }],
    cost: { expected: 120, delta: 100, verdict: 'within' },
    done: 1,
  })
})

test('F5: where nothing would change nothing is asked, applied or written down, and the missing secrets are made', async () => {
  const infra = scriptedInfra()
  await infra.withRegistry()
  const { request, asked } = asking()
  expect(await up(request, infra.means)).toMatchObject({ outcome: 'unchanged', record: null })
  expect(infra.calls).toEqual(['account', 'tools', 'init shop', 'plan shop normal take', 'secrets'])
  expect(asked).toEqual([])
  expect(await lastRecord(infra)).toBeUndefined()
})

test('the bucket for the states comes first, after asking, and then the registry', async () => {
  const infra = scriptedInfra()
  infra.place.standing = 'missing'
  infra.judges.verdict = changing(['aws_vpc.main'])
  const { request, asked } = asking()
  expect(await up(request, infra.means)).toMatchObject({ first: ['state', 'registry'] })
  expect(asked).toEqual([
    'asked for shop-terraform-state-000000000000',
    'shown registry',
    'asked for registry',
    'shown shop-dev',
    'asked for shop-dev',
  ])
  expect(infra.calls.filter((call) => call.startsWith('apply'))).toEqual([
    'apply /runs/registry/plan.tfplan',
    'apply /runs/shop/plan.tfplan',
  ])
})

test('two who make the bucket on one machine: the second is refused and told who is at it; what was made is recorded', async () => {
  const infra = scriptedInfra()
  infra.place.standing = 'missing'
  const renewed = { wall: new Date().toISOString(), boot: null }
  const version = await infra.means.localLock.write({ ...aLockValue('bob'), host: 'elsewhere', renewed }, null)
  const failure = await failureOf(up(asking().request, infra.means))
  expect(failure).toMatchObject({ code: 'LOCK_HELD' })
  expect(infra.calls).not.toContain('bootstrap')
  await infra.means.localLock.write({ ...aLockValue('bob'), released: true }, version)
  await up(asking().request, infra.means)
  expect(await infra.means.records.newest('state', 1)).toMatchObject({
    records: [{ verb: 'bootstrap', who: 'ada@laptop', outcome: 'done' }],
  })
})

test('a bucket of somebody else stops everything', async () => {
  const infra = scriptedInfra()
  infra.place.standing = 'foreign'
  const failure = await failureOf(up(asking().request, infra.means))
  expect(failure).toMatchObject({ code: 'STATE_BUCKET_FORBIDDEN', outcome: 'refused' })
  expect(infra.calls).toEqual(['account', 'tools'])
})

test('a plan that its gate refuses is shown and not asked for', async () => {
  const infra = scriptedInfra()
  await infra.withRegistry()
  infra.judges.verdict = changing(['aws_db_instance.shop'])
  const refusal = new ShopctlError({ code: 'PLAN_REFUSED', outcome: 'refused', what: 'The database would be lost.' })
  infra.judges.gate = (_verdict, { destroy }) => (destroy.includes('aws_db_instance.shop') ? null : refusal)
  const refused = asking()
  await expect(up(refused.request, infra.means)).rejects.toBe(refusal)
  expect(refused.asked).toEqual(['shown shop-dev'])
  expect(infra.calls.join(' ')).not.toContain('apply')

  const allowed = asking({ allowed: { destroy: ['aws_db_instance.shop'], cost: null } })
  expect(await up(allowed.request, infra.means)).toMatchObject({ outcome: 'applied' })
  expect(await lastRecord(infra)).toMatchObject({ allowed: { destroy: ['aws_db_instance.shop'] } })
})

test('what costs more than the budget needs a reason, which the record keeps', async () => {
  const infra = scriptedInfra()
  await infra.withRegistry()
  infra.judges.verdict = changing(['aws_vpc.main'])
  infra.judges.estimate = () => aCost({ verdict: 'above', budget: 50 })
  const failure = await failureOf(up(asking().request, infra.means))
  expect(failure).toMatchObject({ code: 'COST_REFUSED', outcome: 'check-failed' })
  const { request } = asking({ allowed: { destroy: [], cost: 'the sale in December' } })
  await up(request, infra.means)
  expect(await lastRecord(infra)).toMatchObject({ allowed: { cost: 'the sale in December' } })
})

test('a finding of the scanner that blocks is refused', async () => {
  const infra = scriptedInfra()
  await infra.withRegistry()
  infra.judges.verdict = changing(['aws_vpc.main'])
  const finding = { rule: 'AWS-0107', severity: 'CRITICAL', what: 'open to all', where: 'cdk.tf.json:4', remedy: null }
  const scan = async () => ({
    scanner: 'trivy 0.70.0',
    verdict: 'blocked' as const,
    findings: [{ ...finding, judgement: 'blocks' }],
  })
  const failure = await failureOf(up(asking().request, { ...infra.means, scan }))
  expect(failure).toMatchObject({ code: 'POLICY', outcome: 'check-failed' })
  expect(failure.why).toEqual(['AWS-0107 cdk.tf.json:4: open to all'])
})

test('F7: a stale plan is told as it is, never planned anew, and the record says that nothing was done', async () => {
  const infra = scriptedInfra()
  await infra.withRegistry()
  infra.judges.verdict = changing(['aws_vpc.main'])
  infra.script.apply = new ShopctlError({ code: 'PLAN_STALE', outcome: 'refused', what: 'Someone changed it since.' })
  await expect(up(asking().request, infra.means)).rejects.toMatchObject({ code: 'PLAN_STALE' })
  expect(infra.calls.filter((call) => call.startsWith('plan'))).toHaveLength(1)
  expect(await lastRecord(infra)).toMatchObject({ outcome: 'failed', failure: { code: 'PLAN_STALE' }, done: 0 })
})

test('F24: a resource that failed is told with its reason, what was done, and what to type', async () => {
  const infra = scriptedInfra()
  await infra.withRegistry()
  infra.judges.verdict = changing(['aws_vpc.main', 'aws_eip.nat', 'aws_nat_gateway.a'])
  infra.script.apply = {
    ...nothingDone,
    outcome: 'failed',
    done: ['aws_vpc.main'],
    failed: [{ address: 'aws_eip.nat', why: 'AddressLimitExceeded: c4nary' }],
    notBegun: ['aws_nat_gateway.a'],
  }
  const failure = await failureOf(up(asking().request, infra.means))
  expect(failure).toMatchObject({ code: 'APPLY_FAILED', outcome: 'failed' })
  expect(failure.message).toContain('shop-dev failed: 1 done, 1 failed, 1 not begun')
  expect(failure.why[0]).toBe('aws_eip.nat: AddressLimitExceeded: c4nary')
  expect(failure.fix[0]).toMatch(/infra up --env dev$/)
  expect(infra.calls).not.toContain('refresh shop')
  // No secret gets into the record.
  expect(await lastRecord(infra)).toMatchObject({
    outcome: 'failed',
    done: 1,
    failed: [{ address: 'aws_eip.nat', why: 'AddressLimitExceeded: [redacted]' }],
  })
})

test('F10: an interrupt tells what was done, what is half made and what was not begun, and gives the lock back', async () => {
  const infra = scriptedInfra()
  await infra.withRegistry()
  infra.judges.verdict = changing(['aws_vpc.main', 'aws_kms_key.logs', 'aws_eip.nat'])
  infra.script.apply = {
    ...nothingDone,
    outcome: 'interrupted',
    done: ['aws_vpc.main'],
    tainted: ['aws_kms_key.logs'],
    notBegun: ['aws_eip.nat'],
  }
  const failure = await failureOf(up(asking().request, infra.means))
  expect(failure).toMatchObject({ code: 'INTERRUPTED', outcome: 'interrupted' })
  expect(failure.why.slice(0, 3)).toEqual([
    'done: aws_vpc.main',
    'not ended, the next up finishes or replaces them: aws_kms_key.logs',
    'not begun: aws_eip.nat',
  ])
  expect(await lastRecord(infra)).toMatchObject({ outcome: 'interrupted', tainted: ['aws_kms_key.logs'] })
  expect((await infra.means.lock('shop-dev').read())?.value.released).toBe(true)
})

test('F10: what an interrupted run left half made is no loss; what else is tainted is refused', async () => {
  const infra = scriptedInfra()
  await infra.withRegistry()
  const replaced = ['aws_kms_key.logs', 'aws_kms_key.tainted_by_hand']
  const risk = { kind: 'data-loss', what: 'The key would be replaced.', why: 'tainted' } as const
  const risks = replaced.map((address) => ({ ...risk, address }))
  infra.judges.verdict = () =>
    aVerdict(
      replaced.map((address) => aChange(address, 'replace')),
      { risks },
    )
  infra.script.plan = {
    resource_changes: replaced.map((address) => ({ address, action_reason: 'replace_because_tainted' })),
  }
  const judged: (readonly string[])[] = []
  infra.judges.gate = (verdict) => {
    judged.push(verdict.risks.map(({ address }) => address))
    return null
  }
  infra.script.apply = { ...nothingDone, outcome: 'interrupted', tainted: ['aws_kms_key.logs'] }
  await failureOf(up(asking().request, infra.means))
  infra.clock.now += 1000
  await failureOf(up(asking().request, infra.means))
  expect(judged).toEqual([replaced, ['aws_kms_key.tainted_by_hand']])

  // After a run that ended well it is in use, whatever older records say.
  infra.clock.now += 1000
  infra.script.apply = nothingDone
  await up(asking().request, infra.means)
  await up(asking().request, infra.means)
  expect(judged.at(-1)).toEqual(replaced)
})

test('F10: a creation that failed is no loss and can be run again; an update that failed and was tainted since is', async () => {
  const infra = scriptedInfra()
  await infra.withRegistry()
  const failed = ['aws_db_instance.main', 'aws_kms_key.in_use']
  infra.judges.verdict = () => aVerdict([aChange('aws_db_instance.main'), aChange('aws_kms_key.in_use', 'update')])
  infra.script.apply = { ...nothingDone, outcome: 'failed', failed: failed.map((address) => ({ address, why: 'no' })) }
  expect(await failureOf(up(asking().request, infra.means))).toMatchObject({ code: 'APPLY_FAILED' })

  infra.clock.now += 1000
  const risk = { kind: 'data-loss', what: 'It would be replaced.', why: 'tainted' } as const
  const risks = failed.map((address) => ({ ...risk, address }))
  const changes = failed.map((address) => aChange(address, 'replace'))
  infra.judges.verdict = () => aVerdict(changes, { risks })
  infra.script.plan = {
    resource_changes: failed.map((address) => ({ address, action_reason: 'replace_because_tainted' })),
  }
  const judged: (readonly string[])[] = []
  infra.judges.gate = (verdict) => {
    judged.push(verdict.risks.map(({ address }) => address))
    return null
  }
  infra.script.apply = nothingDone
  await up(asking().request, infra.means)
  expect(judged).toEqual([['aws_kms_key.in_use']])
})

test('a registry that an interrupted run left is finished before the shop', async () => {
  const infra = scriptedInfra()
  await infra.withRegistry()
  infra.judges.verdict = changing(['aws_ecr_repository.users'])
  infra.script.apply = { ...nothingDone, outcome: 'interrupted' }
  const registry = { ...infra.means, stack: { kind: 'registry' } as const }
  await failureOf(up(asking().request, registry))
  infra.clock.now += 1000
  infra.script.apply = nothingDone
  expect((await up(asking().request, infra.means)).first).toEqual(['registry'])
  infra.clock.now += 1000
  expect((await up(asking().request, infra.means)).first).toEqual([])
})

test('F8: while another holds the lock nothing is synthesised or planned, and the holder is named', async () => {
  const infra = scriptedInfra()
  await infra.withRegistry()
  const renewed = { wall: new Date().toISOString(), boot: null }
  const since = renewed.wall
  await infra.means.lock('shop-dev').write({ ...aLockValue('bob@agent'), host: 'agent', since, renewed }, null)
  const failure = await failureOf(up(asking().request, infra.means))
  expect(failure).toMatchObject({ code: 'LOCK_HELD', outcome: 'refused' })
  expect(failure.why.join(' ')).toContain('bob@agent')
  expect(failure.fix).toEqual([
    expect.stringMatching(/infra up --env dev --wait 60$/),
    expect.stringMatching(/infra status --env dev$/),
  ])
  expect(infra.calls).toEqual(['account', 'tools'])
})

test('a plan that was saved before is read and not made', async () => {
  const infra = scriptedInfra()
  await infra.withRegistry()
  infra.judges.verdict = changing(['aws_vpc.main'])
  const result = await up(asking({ file: 'saved.tfplan' }).request, infra.means)
  expect(infra.calls).toContain('read saved.tfplan')
  expect(infra.calls.join(' ')).not.toContain('plan shop')
  expect(result.digest).toBe('digest of the file')
})

test('what AWS still makes is waited for, and what does not come is not called done', async () => {
  const cluster = (status: string) => ({
    values: {
      root_module: { resources: [{ address: 'aws_eks_cluster.a', type: 'aws_eks_cluster', values: { status } }] },
    },
  })
  const infra = scriptedInfra()
  await infra.withRegistry()
  infra.judges.verdict = changing(['aws_eks_cluster.a'])
  infra.script.states = [cluster('CREATING'), cluster('ACTIVE')]
  await up(asking().request, infra.means)
  expect(infra.calls.filter((call) => call === 'refresh shop')).toHaveLength(2)

  infra.script.states = [cluster('CREATING')]
  const failure = await failureOf(up(asking().request, infra.means))
  expect(failure).toMatchObject({ code: 'NOT_IN_SERVICE', outcome: 'unknown' })
  expect(failure.why).toEqual(['aws_eks_cluster.a is CREATING, not ACTIVE'])
})

test('outputs are told without what is sensitive', async () => {
  const infra = scriptedInfra()
  await infra.withRegistry()
  infra.script.outputs = {
    endpoint: { value: 'https://cluster', sensitive: false },
    token: { value: 'c4nary', sensitive: true },
  }
  const result = await up(asking().request, infra.means)
  expect(result.outputs).toEqual({ endpoint: 'https://cluster' })
})

test('secrets that AWS refuses after the apply are a failure: by then the stack is there', async () => {
  const infra = scriptedInfra()
  await infra.withRegistry()
  infra.judges.verdict = changing(['aws_vpc.main'])
  infra.script.apply = { ...nothingDone, done: ['aws_vpc.main'] }
  const denied = new ShopctlError({ code: 'AWS_FORBIDDEN', outcome: 'refused', what: 'AWS did not let you.' })
  const means = { ...infra.means, generateSecrets: () => Promise.reject(denied) }
  const failure = await failureOf(up(asking().request, means))
  expect(failure).toMatchObject({ code: 'SECRETS_NOT_MADE', exitCode: 4, why: ['AWS did not let you.'] })
  expect(failure.message).toContain('was applied')
  expect((await lastRecord(infra))?.outcome).toBe('failed')
})

test('a bucket that is gone while AWS still has what it told of is never replaced by an empty one', async () => {
  const infra = scriptedInfra()
  infra.place.standing = 'missing'
  const arn = 'arn:aws:ec2:us-east-1:000000000000:vpc/vpc-1'
  const { request, asked } = asking()
  const failure = await failureOf(up(request, { ...infra.means, tagged: async () => [arn] }))
  expect(failure).toMatchObject({ code: 'STATE_LOST', exitCode: 3, why: [arn] })
  expect(failure.fix).toContain('shopctl infra bootstrap --env dev')
  expect(asked).toEqual([])
  expect(infra.calls).not.toContain('bootstrap')
})
