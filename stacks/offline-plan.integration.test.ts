import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { stackName } from './stack-reference.ts'
import { type PlannedChange, planOffline, prepareOffline } from './testing/plan-offline.ts'
import { addresses, stackReferences, synthesised } from './testing/synthesised.ts'

const folder = mkdtempSync(join(tmpdir(), 'offline-plan-'))
afterAll(() => rmSync(folder, { recursive: true }))

const skipped = prepareOffline(folder, stackReferences)
const title = `plans without an account${skipped === null ? '' : ` (skipped: ${skipped})`}`

/** What requirements and specification name; the shops may grow. */
const counts: Readonly<Record<string, { readonly least: number; readonly most: number }>> = {
  state: { least: 17, most: 17 },
  registry: { least: 8, most: 8 },
  'shop-dev': { least: 140, most: 400 },
  'shop-staging': { least: 140, most: 400 },
  'shop-prod': { least: 150, most: 400 },
}

describe.skipIf(skipped !== null)(title, () => {
  let all: readonly PlannedChange[] = []
  beforeAll(() => {
    all = planOffline(folder)
  }, 180_000)

  describe.each(stackReferences.map((stack) => [stackName(stack), stack] as const))('%s', (name, stack) => {
    const ofStack = () => all.filter(({ module_address }) => module_address === `module.${name}`)

    test('F3: is planned without an error and creates each resource that it has', () => {
      const { least, most } = counts[name] ?? { least: Number.NaN, most: Number.NaN }
      const changes = ofStack()
      expect(changes.every(({ change }) => change.actions.join() === 'create')).toBe(true)
      const planned = changes.map(({ address }) => address.slice(`module.${name}.`.length)).toSorted()
      expect(planned).toEqual(addresses(synthesised(stack)))
      expect(planned.length).toBeGreaterThanOrEqual(least)
      expect(planned.length).toBeLessThanOrEqual(most)
    })

    test('F3: every resource that can carry tags has the four, with the name of its environment', () => {
      const taggable = ofStack().filter(({ change }) => 'tags_all' in change.after)
      expect(taggable.length).toBeGreaterThan(2)
      const four = {
        Project: 'ecommerce',
        Environment: stack.kind === 'shop' ? stack.installation : 'shared',
        ManagedBy: 'shopctl',
        CostCenter: expect.stringMatching(/./),
      }
      for (const { address, change } of taggable) {
        const tags = z.record(z.string(), z.string()).parse(change.after.tags_all)
        expect.soft({ address, tags }).toMatchObject({ address, tags: four })
      }
    })
  })
})
