import { expect, test } from 'vitest'
import { ShopctlError } from '../errors/shopctl-error.ts'
import { deploy } from './deploy.ts'
import { type RollbackRequest, rollback } from './rollback.ts'
import { failureOf } from './testing/failure-of.ts'
import { scriptedMeans } from './testing/scripted-means.ts'
import { type Behaviour, type Source, scriptedPlatform } from './testing/scripted-platform.ts'
import { deployAll } from './testing/with-release.ts'

const request: RollbackRequest = {
  to: null,
  reported: null,
  mode: 'apply',
  why: null,
  force: 'no',
  waitSeconds: 0,
  confirm: async () => undefined,
}

/** A platform with releases 1, 2, 3, each with another catalog. */
const withThreeReleases = async (behaviours: Readonly<Record<string, Behaviour>> = {}) => {
  const source: Source = { users: 'users1', catalog: 'catalog1', orders: 'orders1' }
  const world = scriptedPlatform(source, behaviours)
  for (const catalog of ['catalog1', 'catalog2', 'catalog3']) {
    source.catalog = catalog
    await deploy(deployAll, scriptedMeans(world.platform).means)
  }
  world.journal.length = 0
  return { ...world, source }
}

test('without arguments it goes to the release before, builds nothing and migrates nothing', async () => {
  const world = await withThreeReleases()
  const result = await rollback(request, scriptedMeans(world.platform).means)
  expect(result.plan?.target.number).toBe(2)
  expect(world.journal).toEqual(['prepare', 'apply 4', 'observe 4', 'entry', 'promote 4', 'retire 4'])
  expect(world.records[3]).toMatchObject({ kind: 'rollback', restores: 2, state: 'succeeded', previous: 3 })
  expect(world.records[3]?.services).toEqual(world.records[1]?.services)
})

test('a second one goes further back, never forth', async () => {
  const world = await withThreeReleases()
  await rollback(request, scriptedMeans(world.platform).means)
  const result = await rollback(request, scriptedMeans(world.platform).means)
  expect(result.plan?.target.number).toBe(1)
  expect((await failureOf(rollback(request, scriptedMeans(world.platform).means))).code).toBe('NO_ROLLBACK_TARGET')
})

test('it shows where it goes before it asks, and a no changes nothing', async () => {
  const world = await withThreeReleases()
  const shown: unknown[] = []
  const confirm = async (plan: unknown) => {
    shown.push(plan)
    throw new ShopctlError({ code: 'NOT_CONFIRMED', outcome: 'refused', what: 'No.' })
  }
  const asked = { ...request, confirm }
  const error = await failureOf(rollback(asked, scriptedMeans(world.platform).means))
  expect(error).toMatchObject({ code: 'NOT_CONFIRMED', exitCode: 3 })
  expect(shown[0]).toMatchObject({ current: { number: 3 }, target: { number: 2 } })
  expect(world.journal).toEqual([])
  expect(world.records).toHaveLength(3)
})

test('a rollback that does not come up is taken back like a deploy', async () => {
  const behaviours: Record<string, Behaviour> = {}
  const world = await withThreeReleases(behaviours)
  behaviours.catalog2 = 'crashes'
  const error = await failureOf(rollback(request, scriptedMeans(world.platform).means))
  expect(error.message).toBe('catalog did not become healthy in local; users stay on release 3.')
  expect(world.serving()).toBe(3)
})

test('across a migration that cannot be undone it is refused with the reason, until it is forced', async () => {
  const world = await withThreeReleases()
  const third = world.records[2]
  if (third === undefined) throw new Error('no third release')
  const migrations = [{ service: 'catalog', name: '0007_drop_prices', reversible: false }]
  await world.platform.releases.update({ ...third, migrations })
  const error = await failureOf(rollback(request, scriptedMeans(world.platform).means))
  expect(error).toMatchObject({ code: 'MIGRATION_IRREVERSIBLE', exitCode: 3 })
  expect(error.why).toEqual(['catalog: migration 0007_drop_prices cannot be undone'])
  expect(world.journal).toEqual([])
  const forced = await rollback({ ...request, force: 'force' }, scriptedMeans(world.platform).means)
  expect(forced.outcome).toBe('rolled-back')
})

test('what was rolled back by hand is not deployed again by the next deploy', async () => {
  const world = await withThreeReleases()
  await rollback(request, scriptedMeans(world.platform).means)
  const error = await failureOf(deploy(deployAll, scriptedMeans(world.platform).means))
  expect(error).toMatchObject({ code: 'DIGEST_REFUSED', exitCode: 3 })
  expect(world.serving()).toBe(4)
})

test('a target whose bundle is gone is refused before anything is touched', async () => {
  const world = await withThreeReleases()
  const platform = { ...world.platform, missing: async () => ['catalog: the bundle sha256:2 is gone'] }
  const error = await failureOf(rollback(request, scriptedMeans(platform).means))
  expect(error).toMatchObject({ code: 'RELEASE_INCOMPLETE', exitCode: 3 })
  expect(world.journal).toEqual([])
})

const reported = (number: number) => ({ kind: 'released', number, typed: 'release promote' }) as const

test('what one command has made is taken back, and nothing in its place', async () => {
  const world = await withThreeReleases()
  const { means } = scriptedMeans(world.platform)
  const older = await rollback({ ...request, reported: reported(2) }, means)
  expect(older).toMatchObject({
    outcome: 'nothing-to-take-back',
    why: 'release 3 by ada@laptop came after release 2 of "release promote"',
    release: { number: 3 },
  })
  const unchanged = { kind: 'nothing', why: '"release promote" has opened no release' } as const
  expect(await rollback({ ...request, reported: unchanged }, means)).toMatchObject({ why: unchanged.why })
  expect(world.journal).toEqual([])
  expect(world.records).toHaveLength(3)

  const made = { ...request, reported: reported(3) }
  expect(await rollback(made, means)).toMatchObject({ outcome: 'rolled-back', release: { number: 4, restores: 2 } })
  expect((await rollback(made, means)).outcome).toBe('nothing-to-take-back')
  expect(world.records).toHaveLength(4)
})

test('what came between the look and the lock is not taken back', async () => {
  const world = await withThreeReleases()
  const { means } = scriptedMeans(world.platform)
  const confirm = async () => {
    world.source.catalog = 'catalog4'
    await deploy(deployAll, scriptedMeans(world.platform).means)
  }
  const result = await rollback({ ...request, reported: reported(3), confirm }, means)
  expect(result).toMatchObject({ outcome: 'nothing-to-take-back', release: { number: 4 } })
  expect(world.serving()).toBe(4)
})

test('somebody whose release is not settled is left alone', async () => {
  const world = await withThreeReleases()
  const third = world.records[2]
  if (third === undefined) throw new Error('no third release')
  await world.platform.releases.update({ ...third, number: 4, state: 'unknown', who: 'grace@desk' })
  const { means } = scriptedMeans(world.platform)
  const result = await rollback({ ...request, reported: reported(3) }, means)
  expect(result).toMatchObject({ why: 'release 4 by grace@desk was begun after release 3 and is not settled' })
  expect(world.journal).toEqual([])
})
