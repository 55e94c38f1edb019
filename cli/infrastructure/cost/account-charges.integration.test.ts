import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { synthesise } from '../../../stacks/main.ts'
import type { StackReference } from '../../../stacks/stack-reference.ts'
import { accountCharges } from './account-charges.ts'
import { costEstimate } from './cost-estimate.ts'
import { questionOf } from './testing/plan-of-prod.ts'

const synthesised = z.object({
  resource: z.record(z.string(), z.record(z.string(), z.record(z.string(), z.unknown()))),
})

/** As a plan from nothing would have it: what these stacks are charged for hangs on no value. */
const planOf = (stack: StackReference): unknown => {
  const folder = mkdtempSync(join(tmpdir(), 'shopctl-cost-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const { file } = synthesise(stack, { folder, backend: 's3' })
  const { resource } = synthesised.parse(JSON.parse(readFileSync(file, 'utf8')))
  const changes = Object.entries(resource).flatMap(([type, named]) =>
    Object.entries(named).map(([name, after]) => ({
      address: `${type}.${name}`,
      type,
      change: { actions: ['create'], before: null, after },
    })),
  )
  return { format_version: '1.2', resource_changes: changes }
}

test("what is taken for granted of the account's own stacks is what they have", () => {
  const stacks: readonly StackReference[] = [{ kind: 'state' }, { kind: 'registry' }]
  const estimates = stacks.map((stack) => costEstimate(planOf(stack), { ...questionOf('prod'), stack }))
  expect(estimates.flatMap(({ unpriced }) => unpriced)).toEqual([])
  const found = estimates.flatMap(({ fixed }) => fixed.map(({ item, sku, quantity }) => ({ item, sku, quantity })))
  expect(found).toEqual(accountCharges.charges.map(({ item, sku, quantity }) => ({ item, sku, quantity })))
})
