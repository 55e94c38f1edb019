import { expect, test } from 'vitest'
import { renderToolCall } from '../../tools/tool-call.ts'
import {
  applyCall,
  initCall,
  migrateCall,
  outputCall,
  planCall,
  refreshCall,
  showPlanCall,
  showStateCall,
  unlockCall,
  versionCall,
} from './terraform-calls.ts'
import { terraformEnvironment, withoutAws } from './terraform-environment.ts'

const place = { folder: '/run/shop-prod', variables: {} }
const locking = { lock: 'take', lockTimeoutSeconds: 0 } as const
const plan = { file: 'a.tfplan', mode: 'normal', ...locking } as const

const fixed = 'TF_IN_AUTOMATION=1 CHECKPOINT_DISABLE=1'

test.each([
  [versionCall(place), 'version -json'],
  [initCall(place), 'init -json -input=false -lockfile=readonly -reconfigure'],
  [migrateCall(place), 'init -no-color -input=false -lockfile=readonly -migrate-state -force-copy'],
  [planCall(place, plan), 'plan -json -input=false -out=a.tfplan'],
  [planCall(place, { ...plan, mode: 'destroy' }), 'plan -json -input=false -destroy -out=a.tfplan'],
  [
    planCall(place, { ...plan, mode: 'refresh-only', lock: 'leave' }),
    'plan -json -input=false -refresh-only -lock=false -out=a.tfplan',
  ],
  [planCall(place, { ...plan, lockTimeoutSeconds: 60 }), 'plan -json -input=false -lock-timeout=60s -out=a.tfplan'],
  [applyCall(place, { file: 'a.tfplan', lockTimeoutSeconds: 0 }), 'apply -json -input=false a.tfplan'],
  [
    applyCall(place, { file: 'a.tfplan', lockTimeoutSeconds: 60 }),
    'apply -json -input=false -lock-timeout=60s a.tfplan',
  ],
  [refreshCall(place, 0), 'apply -json -input=false -refresh-only -auto-approve'],
  [showPlanCall(place, 'a.tfplan'), 'show -json a.tfplan'],
  [showStateCall(place), 'show -json'],
  [outputCall(place), 'output -json'],
  [unlockCall(place, 'abc'), 'force-unlock -no-color -force abc'],
])('the words of a call are exactly these: %#', (call, words) => {
  expect(renderToolCall(call)).toBe(`(cd /run/shop-prod && ${fixed} terraform ${words})`)
  expect(call.inherit).toBe('nothing')
})

test('Terraform gets AWS, its own settings and the way to the network, and nothing that changes a plan', () => {
  const seen = terraformEnvironment({
    PATH: '/bin',
    HOME: '/home/ada',
    AWS_PROFILE: 'shop',
    HTTPS_PROXY: 'http://proxy:3128',
    TF_CLI_CONFIG_FILE: '/rc',
    TF_VAR_account: '1',
    TF_CLI_ARGS_apply: '-auto-approve',
    TF_DATA_DIR: '/elsewhere',
    TF_WORKSPACE: 'other',
    DATABASE_URL: 'canary',
  })
  expect(seen).toEqual({
    PATH: '/bin',
    HOME: '/home/ada',
    AWS_PROFILE: 'shop',
    HTTPS_PROXY: 'http://proxy:3128',
    TF_CLI_CONFIG_FILE: '/rc',
    TF_IN_AUTOMATION: '1',
    CHECKPOINT_DISABLE: '1',
  })
})

test('beside a profile the keys are left out, so that Terraform asks as the same person as shopctl', () => {
  const keys = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'key', AWS_SESSION_TOKEN: 'token' }
  expect(terraformEnvironment(keys)).toMatchObject(keys)
  expect(Object.keys(terraformEnvironment({ ...keys, AWS_PROFILE: 'shop' }))).not.toContain('AWS_ACCESS_KEY_ID')
})

test('a plan that asks nobody knows no login', () => {
  const seen = terraformEnvironment(withoutAws({ PATH: '/bin', AWS_PROFILE: 'gone', AWS_ENDPOINT_URL: 'http://x' }))
  expect(seen).toMatchObject({ PATH: '/bin', AWS_EC2_METADATA_DISABLED: 'true' })
  expect(Object.keys(seen)).not.toContain('AWS_PROFILE')
  expect(Object.keys(seen)).not.toContain('AWS_ENDPOINT_URL')
})
