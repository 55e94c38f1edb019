import { expect, test } from 'vitest'
import { explainDiagnostics } from './explain-diagnostic.ts'
import { diagnosticsIn } from './testing/read-stream.ts'

const explain = (name: string, now = '2026-11-22T20:47:41Z', stack = 'shop-prod') =>
  explainDiagnostics(diagnosticsIn(name), {
    stack,
    environment: 'staging',
    doing: 'planned',
    outcome: 'refused',
    logFile: '/runs/plan.log',
    now: new Date(now),
  })

const id = '53822b4b-3f44-5059-988a-b444ead476a3'

test('F8: a held lock names who, since when and at what, and offers no way around somebody at work', () => {
  const error = explain('plan-locked')
  expect(error).toMatchObject({ code: 'STATE_LOCKED', exitCode: 3 })
  expect(error.message).toBe(
    'root@host has been applying since 2026-11-22 20:43 UTC (4 min): the state of shop-prod is locked, and nothing was changed.',
  )
  expect(error.fix).toEqual(['shopctl infra status --env staging'])
})

test('F9: only a lock that is older than half an hour comes with the command that takes it off', () => {
  expect(explain('plan-locked', '2026-11-22T21:13:41Z').fix).not.toContainEqual(expect.stringContaining('unlock'))
  expect(explain('plan-locked', '2026-11-22T21:14:41Z').fix).toContain(`shopctl infra unlock --env staging --id ${id}`)
})

test('F7: a stale plan was not applied, and the next command makes a new one', () => {
  expect(explain('stale-plan')).toMatchObject({
    code: 'PLAN_STALE',
    exitCode: 3,
    message: 'Somebody changed shop-prod since this plan was made; it was not applied and nothing was changed.',
    fix: ['shopctl infra plan --env staging'],
  })
})

test('what is to be typed next is of the same stack', () => {
  const late = '2026-11-22T21:14:41Z'
  expect(explain('stale-plan', late, 'registry').fix).toEqual(['shopctl infra plan --env staging --stack registry'])
  const unlock = `shopctl infra unlock --env staging --stack registry --id ${id}`
  expect(explain('plan-locked', late, 'registry').fix).toContain(unlock)
})

test('what the code forbids to destroy is named, with the way to keep what an interrupted run left half made', () => {
  const address = 'aws_kms_key.secrets'
  const detail = `Resource ${address} has lifecycle.prevent_destroy set, but the plan calls for this resource to be destroyed.`
  const error = explainDiagnostics(
    [{ severity: 'error', summary: 'Instance cannot be destroyed', detail, address: null }],
    {
      stack: 'shop-prod',
      environment: 'prod',
      doing: 'planned',
      outcome: 'refused',
      logFile: '/runs/shop-prod/logs/plan.log',
      now: new Date(),
    },
  )
  expect(error).toMatchObject({ code: 'PROTECTED', message: expect.stringContaining(`${address} of shop-prod`) })
  expect(error.fix).toEqual([`terraform -chdir=/runs/shop-prod untaint ${address}`, 'shopctl infra plan --env prod'])
})

test('F18: a missing state bucket names the command that makes it', () => {
  expect(explain('init-bucket-missing')).toMatchObject({
    code: 'STATE_BUCKET_MISSING',
    exitCode: 3,
    message: expect.stringContaining('not-there-481516234201'),
    fix: ['shopctl infra bootstrap --env staging'],
  })
})

test("F14: without credentials there are three ways to get them, and none of Terraform's own words", () => {
  const error = explain('init-no-credentials')
  expect(error).toMatchObject({ code: 'AWS_NOT_LOGGED_IN', exitCode: 3 })
  expect(error.message).toContain('no AWS credentials')
  expect(error.fix).toHaveLength(3)
  expect([error.message, ...error.why].join()).not.toContain('No valid credential sources found')
})

test('F15: an expired login and a denied action are told apart, the action and who wanted it by name', () => {
  expect(explain('init-expired')).toMatchObject({ code: 'AWS_TOKEN_EXPIRED', exitCode: 3 })
  const error = explain('init-forbidden')
  expect(error).toMatchObject({ code: 'AWS_FORBIDDEN', exitCode: 3 })
  expect(error.message).toContain('arn:aws:iam::481516234201:user/ada s3:ListBucket')
})

test('F16: credentials of another account are refused by the provider too', () => {
  expect(explain('plan-other-account')).toMatchObject({
    code: 'AWS_OTHER_ACCOUNT',
    exitCode: 3,
    message: expect.stringContaining('481516234201'),
  })
})

test.each(['init-provider-missing', 'init-registry-unreachable', 'init-lock-mismatch'])(
  'F17: a provider that cannot be had is refused: %s',
  (name) => {
    expect(explain(name)).toMatchObject({ code: 'TERRAFORM_PROVIDER_MISSING', exitCode: 3 })
  },
)

test('AWS that gives no answer is no refusal: nothing is proven', () => {
  expect(explain('init-unreachable')).toMatchObject({ code: 'AWS_UNREACHABLE', exitCode: 6 })
})

test('what nobody foresaw is told with its resource, its reason and the place of the rest', () => {
  const error = explain('apply-one-failed')
  expect(error).toMatchObject({ code: 'TERRAFORM_FAILED', fix: ['less /runs/plan.log'] })
  expect(error.why).toEqual([
    expect.stringMatching(/^aws_ssm_parameter\.dup: creating SSM Parameter .* ParameterAlreadyExists/),
    'all of it: /runs/plan.log',
  ])
  expect(error.why.join()).not.toContain('RequestID')
})

test('no error at all is still a sentence', () => {
  const explaining = { stack: 'state', environment: 'dev', doing: 'planned', logFile: '/l', now: new Date(0) }
  expect(explainDiagnostics([], { ...explaining, outcome: 'unknown' })).toMatchObject({
    code: 'TERRAFORM_FAILED',
    exitCode: 6,
    why: ['Terraform gave no reason', 'all of it: /l'],
  })
})
