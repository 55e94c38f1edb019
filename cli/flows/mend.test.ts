import { describe, expect, test } from 'vitest'
import { deploy } from './deploy.ts'
import { rollback } from './rollback.ts'
import { failureOf } from './testing/failure-of.ts'
import { scriptedMeans } from './testing/scripted-means.ts'
import { type Source, scriptedPlatform } from './testing/scripted-platform.ts'
import { deployAll, goodSource, withRelease1 } from './testing/with-release.ts'

test('a release that users had been moved to before its shopctl was killed is kept', async () => {
  const world = await withRelease1()
  world.source.catalog = 'catalog2'
  await deploy(deployAll, scriptedMeans(world.platform).means)
  const promoted = world.records[1]
  if (promoted === undefined) throw new Error('no second release')
  await world.platform.releases.update({ ...promoted, state: 'in-progress', finishedAt: null })
  world.source.orders = 'orders2'
  await deploy(deployAll, scriptedMeans(world.platform).means)
  expect(world.records.map(({ state }) => state)).toEqual(['succeeded', 'succeeded', 'succeeded'])
})

describe('after a kill', () => {
  const killedDuring = async (world: Awaited<ReturnType<typeof withRelease1>>, step: string) => {
    const { means, interrupt, abandon } = scriptedMeans(world.platform)
    world.hooks[step] = () => {
      interrupt()
      abandon()
    }
    await failureOf(deploy(deployAll, means))
    delete world.hooks[step]
  }

  test('of the first deploy, the next one begins anew on foundations that stand', async () => {
    const source: Source = { ...goodSource }
    const world = { ...scriptedPlatform(source), source }
    await killedDuring(world, 'observe')
    expect(world.records[0]?.state).toBe('in-progress')
    expect((await deploy(deployAll, scriptedMeans(world.platform).means)).outcome).toBe('deployed')
    expect(world.records.map(({ state }) => state)).toEqual(['aborted', 'succeeded'])
  })

  test('services go back to the newest release that succeeded, not to the one before the unfinished', async () => {
    const world = await withRelease1()
    world.source.catalog = 'catalog2'
    await killedDuring(world, 'observe')
    const unfinished = world.records[1]
    const first = world.records[0]
    if (unfinished === undefined || first === undefined) throw new Error('no records')
    await world.platform.releases.create({ ...first, services: first.services, state: 'succeeded' })
    await deploy(deployAll, scriptedMeans(world.platform).means)
    expect(world.journal.find((entry) => entry.startsWith('promote'))).toBe('promote 3')
  })

  test('what its migrations did behind the back of the dead is waited for and kept', async () => {
    const world = await withRelease1()
    world.source.catalog = 'catalogB1'
    await killedDuring(world, 'migrate')
    const applied = { service: 'catalog', name: '0002', reversible: false }
    const platform = { ...world.platform, settleMigrations: async () => [applied] }
    await deploy(deployAll, scriptedMeans(platform).means)
    expect(world.records[1]).toMatchObject({ state: 'aborted', migrations: expect.arrayContaining([applied]) })
  })

  test('a current release that cannot be brought back does not stop a better one', async () => {
    const world = await withRelease1()
    world.source.catalog = 'catalog2'
    await killedDuring(world, 'observe')
    world.behaviours.users1 = 'crashes'
    world.source.users = 'users2'
    expect((await deploy(deployAll, scriptedMeans(world.platform).means)).outcome).toBe('deployed')
    expect(world.records.map(({ state }) => state)).toEqual(['succeeded', 'aborted', 'succeeded'])
  })

  test('a rollback has mended all that it was asked to go back from', async () => {
    const world = await withRelease1()
    world.source.catalog = 'catalog2'
    await killedDuring(world, 'observe')
    const request = {
      to: null,
      reported: null,
      mode: 'apply',
      why: null,
      force: 'no',
      waitSeconds: 0,
      confirm: async () => undefined,
    } as const
    const result = await rollback(request, scriptedMeans(world.platform).means)
    expect(result).toMatchObject({ outcome: 'rolled-back', release: { number: 1 } })
    expect(world.records.map(({ state }) => state)).toEqual(['succeeded', 'aborted'])
    expect(world.serving()).toBe(1)
  })

  test('where the record to go back to is lost, nothing is stopped', async () => {
    const world = await withRelease1()
    world.source.catalog = 'catalog2'
    await killedDuring(world, 'observe')
    const { list } = world.platform.releases
    const releases = {
      ...world.platform.releases,
      async list() {
        const { records, setAside } = await list()
        return { records: records.filter(({ number }) => number !== 1), setAside }
      },
    }
    world.journal.length = 0
    const error = await failureOf(deploy(deployAll, scriptedMeans({ ...world.platform, releases }).means))
    expect(error).toMatchObject({ code: 'PREVIOUS_UNREADABLE', exitCode: 3 })
    expect(world.journal).toEqual(['build', 'prepare'])
  })
})
