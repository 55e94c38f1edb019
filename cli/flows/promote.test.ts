import { describe, expect, test } from 'vitest'
import { ShopctlError } from '../errors/shopctl-error.ts'
import type { PromotionPlan } from './promote.ts'
import { rollback } from './rollback.ts'
import { failureOf } from './testing/failure-of.ts'
import { declined, promotionWorld, testedCommit } from './testing/promotion-world.ts'
import { scriptedMeans } from './testing/scripted-means.ts'

test('what staging runs comes to prod in the order of a deploy, and nothing is built or pushed', async () => {
  const world = await promotionWorld()
  // What is checked out has been edited since: it is not asked.
  world.source.catalog = 'edited'
  const result = await world.toProd()
  expect(result).toMatchObject({ outcome: 'deployed', promoted: { environment: 'staging', release: 1 } })
  expect(world.prod.journal).toEqual([
    'find 1',
    'scan 3',
    'prepare',
    'migrate users',
    'migrate catalog',
    'migrate orders',
    'apply 1',
    'observe 1',
    'entry',
    'promote 1',
    'retire 1',
  ])
  const steps = world.events.filter(({ type }) => type === 'step.started').map((event) => 'step' in event && event.step)
  const names = 'plan find render scan lock prepare record migrate apply gate smoke promote close retire'
  expect(steps).toEqual(names.split(' '))
})

test('the record says where it came from, of which commit it is, and has a verdict on each digest', async () => {
  const world = await promotionWorld()
  await world.toProd()
  const [there] = world.staging.records
  const [here] = world.prod.records
  expect(here).toMatchObject({
    environment: 'prod',
    kind: 'deploy',
    state: 'succeeded',
    commit: testedCommit,
    promotedFrom: { environment: 'staging', release: 1 },
  })
  const digests = (services = there?.services) => Object.values(services ?? {}).map(({ digest }) => digest)
  expect(digests(here?.services)).toEqual(digests())
  expect(here?.scans.map(({ digest }) => digest)).toEqual(digests())
  expect(there?.promotedFrom).toBeNull()
})

test('the same again changes nothing, takes no lock and asks nobody', async () => {
  const world = await promotionWorld()
  await world.toProd()
  world.prod.journal.length = 0
  const again = await world.toProd({ confirm: () => Promise.reject(declined) })
  expect(again.outcome).toBe('unchanged')
  expect(world.prod.journal).toEqual(['find 1'])
  expect(world.prod.records).toHaveLength(1)
})

test('a dry run says what would change and neither asks nor scans', async () => {
  const world = await promotionWorld()
  const result = await world.toProd({ mode: 'dry-run', confirm: () => Promise.reject(declined) })
  expect(result).toMatchObject({ outcome: 'would-change', promoted: { release: 1 } })
  expect(result.changes.map(({ service }) => service)).toEqual(['users', 'catalog', 'orders'])
  expect(world.prod.journal).toEqual(['find 1'])
})

test('who is asked sees the release and each digest; a no changes nothing', async () => {
  const world = await promotionWorld()
  await world.toProd()
  world.source.catalog = 'catalog2'
  await world.toStaging()
  world.prod.journal.length = 0
  const shown: PromotionPlan[] = []
  const confirm = async (plan: PromotionPlan) => {
    shown.push(plan)
    throw declined
  }
  const error = await failureOf(world.toProd({ confirm }))
  expect(error).toMatchObject({ code: 'NOT_CONFIRMED', exitCode: 3 })
  expect(shown).toMatchObject([{ taken: 'serving', release: { number: 2 }, changes: [{ service: 'catalog' }] }])
  expect(world.prod.journal).toEqual(['find 2'])
})

test('images of another registry are copied after the scan, and before anything is changed', async () => {
  const world = await promotionWorld({ images: 'elsewhere' })
  await world.toProd()
  expect(world.prod.journal.slice(0, 4)).toEqual(['find 1', 'scan 3', 'copy users catalog orders', 'prepare'])
})

test('what the scan blocks is neither copied nor released', async () => {
  const world = await promotionWorld({ images: 'elsewhere' })
  const blocked = new ShopctlError({ code: 'SCAN_BLOCKED', outcome: 'check-failed', what: 'users is blocked' })
  const platform = { ...world.platform, scan: () => Promise.reject(blocked) }
  expect(await failureOf(world.toProd({}, { platform }))).toMatchObject({ code: 'SCAN_BLOCKED', exitCode: 5 })
  expect(world.prod.journal).toEqual(['find 1'])
  expect(world.prod.records).toEqual([])
})

test('an image that is gone is refused before anybody is asked', async () => {
  const world = await promotionWorld()
  const gone = new ShopctlError({ code: 'IMAGES_NOT_THERE', outcome: 'refused', what: 'users is gone' })
  const platform = { ...world.platform, findReleased: () => Promise.reject(gone) }
  const error = await failureOf(world.toProd({ confirm: () => Promise.reject(declined) }, { platform }))
  expect(error).toMatchObject({ code: 'IMAGES_NOT_THERE', exitCode: 3 })
  expect(world.prod.records).toEqual([])
})

test('a release that does not come up in prod is taken back there, and the same again is refused until forced', async () => {
  const behaviours: Record<string, 'crashes'> = {}
  const world = await promotionWorld({ behaviours })
  await world.toProd()
  world.source.catalog = 'catalog2'
  await world.toStaging()
  behaviours.catalog2 = 'crashes'
  const error = await failureOf(world.toProd())
  expect(error.message).toBe('catalog did not become healthy in prod; users stay on release 1.')
  expect(world.prod.records[1]).toMatchObject({ state: 'rolled-back', promotedFrom: { release: 2 } })
  const again = await failureOf(world.toProd())
  expect(again).toMatchObject({ code: 'DIGEST_REFUSED', exitCode: 3 })
  expect(again.fix.at(-1)).toMatch(/release promote --from staging --to prod --release 2 --force$/)
  expect(world.prod.records).toHaveLength(2)
  expect((await failureOf(world.toProd({ force: 'force' }))).code).toBe('ROLLOUT_UNHEALTHY')
})

describe('what is promoted has succeeded and serves', () => {
  test('nothing was ever released there', async () => {
    const world = await promotionWorld()
    world.staging.records.length = 0
    expect(await failureOf(world.toProd())).toMatchObject({ code: 'NOTHING_TO_PROMOTE', exitCode: 3 })
  })

  test('it is not up there', async () => {
    const world = await promotionWorld()
    await world.staging.platform.down({ data: 'keep' }, AbortSignal.timeout(1_000))
    const error = await failureOf(world.toProd())
    expect(error).toMatchObject({ code: 'NOTHING_TO_PROMOTE', exitCode: 3 })
    expect(error.why).toEqual(['its records say release 1, but that release is not up as a whole'])
  })

  test('the newest there has failed, and the one before may be named', async () => {
    const world = await promotionWorld({ behaviours: { bad1: 'crashes' } })
    world.source.catalog = 'bad1'
    await failureOf(world.toStaging())
    const error = await failureOf(world.toProd())
    expect(error).toMatchObject({ code: 'NEWEST_NOT_SUCCEEDED', exitCode: 3 })
    expect(error.fix.at(-1)).toMatch(/release promote --from staging --to prod --release 1$/)
    expect(await failureOf(world.toProd({ release: 2 }))).toMatchObject({ code: 'RELEASE_NEVER_SUCCEEDED' })
    expect(await failureOf(world.toProd({ release: 9 }))).toMatchObject({ code: 'RELEASE_NOT_FOUND' })
    expect((await world.toProd({ release: 1 })).outcome).toBe('deployed')
  })

  test('it is older than what prod was given last', async () => {
    const world = await promotionWorld()
    world.source.catalog = 'catalog2'
    await world.toStaging()
    await world.toProd()
    const error = await failureOf(world.toProd({ release: 1 }))
    expect(error).toMatchObject({ code: 'PROMOTION_GOES_BACK', exitCode: 3 })
    expect(error.fix[0]).toMatch(/rollback --env prod$/)
    expect((await world.toProd({ release: 1, force: 'force' })).outcome).toBe('deployed')
  })
})

describe('the databases of prod', () => {
  /** Prod was given releases 1 and 2 of staging; what 2 migrated cannot be undone. */
  const withBothInProd = async () => {
    const world = await promotionWorld()
    await world.toProd()
    world.source.catalog = 'catalog2'
    await world.toStaging()
    await world.toProd()
    const second = world.prod.records[1]
    if (second === undefined) throw new Error('no second release')
    const migrations = [{ service: 'catalog', name: '0007_drop_prices', reversible: false }]
    await world.prod.platform.releases.update({ ...second, migrations })
    return world
  }
  type World = Awaited<ReturnType<typeof withBothInProd>>
  const back = { to: null, reported: null, mode: 'apply', why: null, force: 'no', waitSeconds: 0 } as const
  const goBack = (platform: World['platform'], environment: string) =>
    rollback({ ...back, confirm: async () => undefined }, { ...scriptedMeans(platform).means, environment })

  test('meet no older code because it has a new number where it was rolled back to', async () => {
    const world = await withBothInProd()
    await goBack(world.staging.platform, 'staging')
    const error = await failureOf(world.toProd())
    expect(error).toMatchObject({ code: 'PROMOTION_GOES_BACK', exitCode: 3 })
    expect(error.message).toContain('is newer than release 3, which is what 1 was')
    expect(world.prod.records).toHaveLength(2)
  })

  test('meet no older code by --force either, where a migration cannot be undone', async () => {
    const world = await withBothInProd()
    const error = await failureOf(world.toProd({ release: 1, force: 'force' }))
    expect(error).toMatchObject({ code: 'MIGRATION_IRREVERSIBLE', exitCode: 3 })
    expect(error.why).toEqual(['catalog: migration 0007_drop_prices cannot be undone'])
    expect(error.fix[0]).toMatch(/rollback --env prod --to 1 --force$/)
    expect(world.prod.records).toHaveLength(2)
  })

  test('meet newer code again after a rollback of prod', async () => {
    const world = await withBothInProd()
    const second = world.prod.records[1]
    if (second !== undefined) await world.prod.platform.releases.update({ ...second, migrations: [] })
    await goBack(world.prod.platform, 'prod')
    expect(world.prod.records[2]).toMatchObject({ restores: 1, promotedFrom: { release: 1 } })
    expect((await world.toProd({ release: 1 })).outcome).toBe('unchanged')
    expect((await world.toProd({ force: 'force' })).outcome).toBe('deployed')
  })
})

test('where the checkout would render something else than was tested it is refused, until it is forced', async () => {
  const world = await promotionWorld()
  const other = { commit: async () => ({ ...testedCommit, sha: 'd'.repeat(40) }) }
  expect((await world.toProd({ mode: 'dry-run' }, other)).outcome).toBe('would-change')
  Object.assign(world.staging.platform, { render: async () => ({ services: {}, shared: null }) })
  const error = await failureOf(world.toProd({}, other))
  expect(error).toMatchObject({ code: 'SOURCE_DIFFERS', exitCode: 3 })
  expect(error.fix[0]).toBe(`git checkout ${testedCommit.sha}`)
  expect(world.prod.records).toEqual([])
  expect((await world.toProd({ force: 'force' }, other)).release?.commit).toEqual(testedCommit)
})

test('while a release waits for its approval, what staging was given since is not taken in its place', async () => {
  const world = await promotionWorld()
  // Only code came after: with the release's own digests in them, the manifests are the same.
  const there = world.staging.records[0]
  Object.assign(world.staging.platform, { render: async () => there })
  const older = { commit: async () => ({ ...testedCommit, sha: 'a'.repeat(40) }) }
  const error = await failureOf(world.toProd({}, { ...older, ancestry: async () => 'not-in-history' }))
  expect(error).toMatchObject({ code: 'SOURCE_DIFFERS', exitCode: 3 })
  expect(world.prod.records).toEqual([])
  expect((await world.toProd({}, older)).outcome).toBe('deployed')
})

test('after an interrupt nothing is begun', async () => {
  const world = await promotionWorld()
  const interrupted = async () => world.interrupt()
  expect((await failureOf(world.toProd({ confirm: interrupted }))).exitCode).toBe(130)
  expect(world.prod.journal).toEqual(['find 1'])
})
