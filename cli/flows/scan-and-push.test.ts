import { expect, test } from 'vitest'
import { ShopctlError } from '../errors/shopctl-error.ts'
import type { Artifact } from '../platforms/platform.ts'
import { scanAndPush } from './scan-and-push.ts'
import { createSteps } from './steps.ts'
import { scriptedMeans } from './testing/scripted-means.ts'
import { scriptedPlatform } from './testing/scripted-platform.ts'

const taken = new ShopctlError({ code: 'IMAGE_TAG_TAKEN', outcome: 'refused', what: 'somebody was faster' })
const full = new ShopctlError({ code: 'REGISTRY_REFUSED', outcome: 'refused', what: 'the registry is full' })

/** A shop of two services whose pushes end one after the other as `pushes` says. */
const pushing = (pushes: readonly (ShopctlError | null)[]) => {
  const source = { users: 'ours', catalog: 'ours' }
  const { platform } = scriptedPlatform(source)
  const scanned: string[][] = []
  const ends = [...pushes]
  const { means } = scriptedMeans({
    ...platform,
    scan: async (artifacts) => {
      scanned.push(artifacts.map(({ digest }) => digest))
      return []
    },
    push: async () => {
      const end = ends.shift()
      if (end) throw end
    },
  })
  const steps = createSteps({ reporter: means.reporter, now: means.now, signal: means.interrupted })
  const work = { say: () => undefined, signal: means.interrupted }
  const build = () => platform.build(['users', 'catalog'], work)
  /** The registry has another machine's image of the same source. */
  const theirsArrives = () => Object.assign(source, { users: 'theirs' })
  const scanAndPushAll = (built: readonly Artifact[]) => scanAndPush(built, means, steps)
  return { build, theirsArrives, scanned, scanAndPush: scanAndPushAll, attempted: () => steps.attempted() }
}

const namesOf = (steps: readonly { readonly name: string; readonly outcome: string }[]) =>
  steps.map(({ name, outcome }) => `${name} ${outcome}`)

test('what somebody pushed since it was built is taken, and has its own verdict', async () => {
  const shop = pushing([taken, null])
  const ours = await shop.build()
  shop.theirsArrives()
  const theirs = await shop.build()
  const { artifacts } = await shop.scanAndPush(ours)
  expect(artifacts).toEqual(theirs)
  expect(shop.scanned).toEqual([ours.map(({ digest }) => digest), theirs.map(({ digest }) => digest)])
  expect(namesOf(shop.attempted())).toEqual(['scan done', 'push failed', 'build done', 'scan done', 'push done'])
})

test('a tag that is taken again and again is given up, and so is any other refusal at once', async () => {
  const unlucky = pushing(Array.from({ length: 10 }, () => taken))
  await expect(unlucky.scanAndPush(await unlucky.build())).rejects.toBe(taken)
  expect(unlucky.scanned).toHaveLength(3)
  const refused = pushing([full])
  await expect(refused.scanAndPush(await refused.build())).rejects.toBe(full)
  expect(refused.scanned).toHaveLength(1)
})
