import { expect, test } from 'vitest'
import type { AddOns } from '../../platforms/add-ons.ts'
import type { Platform } from '../../platforms/platform.ts'
import { scriptedMeans } from '../testing/scripted-means.ts'
import { scriptedPlatform } from '../testing/scripted-platform.ts'
import { goodSource } from '../testing/with-release.ts'
import { addOnsResultSchema, applyAddOns } from './apply.ts'

const request = { mode: 'apply', groups: ['logging'], conflicts: 'refuse', waitSeconds: 0 } as const
const field = { object: 'Secret logging-secrets-1', path: '', from: null, to: 'new', by: null }

/** Answers each plan in turn, and tells who held the lock at each call. */
const world = (...plans: readonly (readonly (typeof field)[])[]) => {
  const { platform: base } = scriptedPlatform({ ...goodSource })
  const calls: string[] = []
  let planned = 0
  const note = async (call: string) => {
    const held = await base.lock.read()
    calls.push(`${call} ${held === null ? 'without' : 'with'} the lock`)
  }
  const addOns: AddOns = {
    requireOwn: () => undefined,
    async plan() {
      await note('plan')
      return { fields: plans[planned++] ?? [], notes: [] }
    },
    async apply() {
      await note('apply')
      const created = plans[planned - 1]?.length ?? 0
      return { created, changed: 0, unchanged: 1 - created, notes: [] }
    },
    watch: () => async () => ({ at: performance.now(), inTouch: true, services: [] }),
    async prune() {
      await note('prune')
      return []
    },
    down: async () => [],
  }
  const platform: Platform = { ...base, addOns }
  return { calls, means: scriptedMeans(platform).means }
}

test('what is applied is planned once more under the lock: whoever held it before may have made the same keys', async () => {
  const { calls, means } = world([field], [field])
  const result = addOnsResultSchema.parse(await applyAddOns(request, means))
  expect(result).toMatchObject({ outcome: 'applied', created: 1, fields: [field] })
  expect(calls).toEqual(['plan without the lock', 'plan with the lock', 'apply with the lock', 'prune with the lock'])
})

test('where somebody else has just applied the same, nothing was changed', async () => {
  const { means } = world([field], [])
  expect(await applyAddOns(request, means)).toEqual(
    addOnsResultSchema.strict().parse({
      schema: 'shopctl.add-ons/1',
      environment: 'local',
      outcome: 'unchanged',
      groups: ['logging'],
      fields: [],
      notes: [],
      created: 0,
      changed: 0,
      pruned: [],
      ready: 0,
    }),
  )
})
