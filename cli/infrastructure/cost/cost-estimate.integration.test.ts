import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { StackReference } from '../../../stacks/stack-reference.ts'
import { repositoryRoot } from '../../repository-root.ts'
import { openTerraform } from '../terraform/open-terraform.ts'
import { costEstimate } from './cost-estimate.ts'
import { planOfProd, questionOf } from './testing/plan-of-prod.ts'

const hasTerraform = (() => {
  try {
    execFileSync('terraform', ['version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

const prod = questionOf('prod')
let runs: string
/** Against an empty state, with no account and no network. */
const planOf = async (stack: StackReference): Promise<unknown> => {
  const never = new AbortController().signal
  const terraform = openTerraform(stack, {
    environment: 'prod',
    root: repositoryRoot,
    runs,
    state: 'empty',
    lockTimeoutSeconds: 0,
    interrupted: never,
    abandoned: never,
    now: () => new Date(),
  })
  await terraform.init(() => undefined)
  return (await terraform.plan({ mode: 'normal', lock: 'leave', onEvent: () => undefined })).json
}

describe.skipIf(!hasTerraform)("Terraform's own plans (skipped: no terraform)", () => {
  beforeAll(async () => {
    runs = await mkdtemp(join(tmpdir(), 'shopctl-cost-'))
  })
  afterAll(() => rm(runs, { recursive: true, force: true }))

  test('F21: prod costs the figure that was worked out by hand, with a price for all of it', async () => {
    const estimate = costEstimate(await planOf({ kind: 'shop', installation: 'prod' }), prod)
    expect(estimate.monthly.fixed).toBeCloseTo(1368.67, 2)
    expect(estimate.unpriced).toEqual([])
    // The plan that the unit tests read is that of the stacks as they are; testing/cut-plan.ts makes it anew.
    expect(costEstimate(planOfProd, prod)).toEqual(estimate)
  })
})
