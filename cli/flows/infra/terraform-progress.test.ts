import { expect, test } from 'vitest'
import { createPlanProgress, createTerraformProgress } from './terraform-progress.ts'

test('an apply is told by resource: what is slow and how long it usually takes, and how many of how many', () => {
  const progress = createTerraformProgress(3)
  const cluster = { address: 'aws_eks_cluster.shop', action: 'create' }
  expect(progress.hear({ type: 'began', address: 'aws_vpc.main', action: 'create' })).toBeNull()
  expect(progress.hear({ type: 'began', ...cluster })).toBe(
    'aws_eks_cluster.shop: creating, usually about 10 min (0 of 3)',
  )
  expect(progress.hear({ type: 'going-on', ...cluster, elapsedSeconds: 130 })).toBe(
    'aws_eks_cluster.shop: creating for 2 min 10 s, usually about 10 min (0 of 3)',
  )
  expect(progress.hear({ type: 'done', address: 'aws_eip.a', action: 'create', elapsedSeconds: 0, id: null })).toBe(
    'aws_eip.a: created (1 of 3)',
  )
  const vpc = { address: 'aws_vpc.main', action: 'delete', elapsedSeconds: 2 }
  expect(progress.hear({ type: 'done', ...vpc, id: 'vpc-1' })).toBe('aws_vpc.main: destroyed in 2 s (2 of 3)')
  expect(progress.hear({ type: 'failed', ...cluster, elapsedSeconds: 140 })).toBe(
    'aws_eks_cluster.shop: not created, after 2 min 20 s (3 of 3)',
  )
})

test('where the plan is made on the way what it announces is counted, and never less than was done', () => {
  const progress = createTerraformProgress(null)
  const event = { type: 'done', address: 'aws_vpc.main', action: 'create', elapsedSeconds: 1, id: null } as const
  expect(progress.hear(event)).toContain('(1 of 1)')
  for (const address of ['aws_kms_key.a', 'aws_kms_key.b', 'aws_kms_key.c']) {
    expect(progress.hear({ type: 'planned', address, action: 'create' })).toBeNull()
    // The apply tells them once more.
    expect(progress.hear({ type: 'planned', address, action: 'create' })).toBeNull()
  }
  expect(progress.hear(event)).toContain('(2 of 3)')
})

test('what is waited for before Terraform starts is told by a plan and by an apply', () => {
  const event = { type: 'waiting', message: 'waiting for the terraform init of process 7' } as const
  expect(createPlanProgress().hear(event)).toBe(event.message)
  expect(createTerraformProgress(null).hear(event)).toBe(event.message)
})
