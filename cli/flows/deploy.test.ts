import { describe, expect, test } from 'vitest'
import type { ShopctlError } from '../errors/shopctl-error.ts'
import type { ReleaseRecord } from '../releases/release.ts'
import { deploy } from './deploy.ts'
import { failureOf } from './testing/failure-of.ts'
import { scriptedMeans } from './testing/scripted-means.ts'
import { type Behaviour, scriptedPlatform } from './testing/scripted-platform.ts'
import { deployAll, goodSource, withRelease1 } from './testing/with-release.ts'

test('a first deploy goes through every step in order and leaves a record that succeeded', async () => {
  const world = scriptedPlatform({ ...goodSource })
  const { means, events } = scriptedMeans(world.platform)
  const result = await deploy(deployAll, means)
  expect(result.outcome).toBe('deployed')
  expect(world.journal).toEqual([
    'build',
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
  expect(world.records[0]).toMatchObject({ number: 1, state: 'succeeded', verdict: { state: 'healthy' } })
  expect(world.records[0]?.migrations).toHaveLength(3)
  expect(events.filter(({ type }) => type === 'step.started').map((event) => 'step' in event && event.step)).toEqual([
    ...[
      'plan',
      'build',
      'render',
      'lock',
      'prepare',
      'record',
      'migrate',
      'apply',
      'gate',
      'smoke',
      'promote',
      'close',
      'retire',
    ],
  ])
})

test('a deploy with nothing changed takes no lock, opens no record and restarts nothing', async () => {
  const world = await withRelease1()
  const result = await deploy(deployAll, scriptedMeans(world.platform).means)
  expect(result.outcome).toBe('unchanged')
  expect(world.journal).toEqual(['build'])
  expect(world.records).toHaveLength(1)
})

test('a first release cannot leave a service out', async () => {
  const world = scriptedPlatform({ ...goodSource })
  const error = await failureOf(deploy({ ...deployAll, services: ['catalog'] }, scriptedMeans(world.platform).means))
  expect(error).toMatchObject({ code: 'NO_RELEASE_TO_CHANGE', exitCode: 3 })
  expect(world.journal).toEqual([])
})

test('after a reboot the same release is brought back, without a new one', async () => {
  const world = await withRelease1()
  world.reboot()
  const result = await deploy(deployAll, scriptedMeans(world.platform).means)
  expect(result).toMatchObject({ outcome: 'brought-back', release: { number: 1 } })
  expect(world.journal).toEqual(['build', 'prepare', 'apply 1', 'observe 1', 'promote 1', 'retire 1'])
})

test('after down what comes back finds its tables and its demo data, also where the database is an empty one', async () => {
  const world = await withRelease1()
  await world.platform.down({ data: 'keep' }, AbortSignal.timeout(1_000))
  world.journal.length = 0
  const seeded: number[] = []
  const platform = { ...world.platform, seed: async ({ number }: ReleaseRecord) => void seeded.push(number) }
  const result = await deploy({ ...deployAll, demoData: 'load' }, scriptedMeans(platform).means)
  expect(result).toMatchObject({ outcome: 'brought-back', release: { number: 1 } })
  const migrated = ['migrate users', 'migrate catalog', 'migrate orders']
  expect(world.journal).toEqual(['build', 'prepare', ...migrated, 'apply 1', 'observe 1', 'promote 1', 'retire 1'])
  expect(seeded).toEqual([1])
})

test('what is changed after down is migrated as if for the first time', async () => {
  const world = await withRelease1()
  await world.platform.down({ data: 'keep' }, AbortSignal.timeout(1_000))
  world.source.catalog = 'catalog2'
  await deploy(deployAll, scriptedMeans(world.platform).means)
  const migrated = world.journal.filter((entry) => entry.startsWith('migrate'))
  expect(migrated).toEqual(['migrate users', 'migrate catalog', 'migrate orders'])
})

test('a dry run says what would change and asks the platform for nothing that changes anything', async () => {
  const world = await withRelease1()
  world.source.catalog = 'catalog2'
  const result = await deploy({ ...deployAll, mode: 'dry-run' }, scriptedMeans(world.platform).means)
  expect(result.outcome).toBe('would-change')
  expect(result.changes.map(({ service }) => service)).toEqual(['catalog'])
  expect(world.journal).toEqual(['build'])
})

test('only services with new migrations are migrated', async () => {
  const world = await withRelease1()
  Object.assign(world.source, { catalog: 'catalog2', orders: 'ordersWithMigration1' })
  await deploy(deployAll, scriptedMeans(world.platform).means)
  expect(world.journal.filter((entry) => entry.startsWith('migrate'))).toEqual(['migrate orders'])
})

describe('what goes wrong is taken back as one', () => {
  const cases: readonly { behaviour: Behaviour; code: string; what: string; why: string }[] = [
    {
      behaviour: 'crashes',
      code: 'ROLLOUT_UNHEALTHY',
      what: 'catalog did not become healthy in local; users stay on release 1.',
      why: 'catalog (process 1) exited with code 1 after 0.4 s',
    },
    {
      behaviour: 'migration-fails',
      code: 'MIGRATION_FAILED',
      what: 'catalog could not be migrated in local; users stay on release 1.',
      why: 'column exists',
    },
    {
      behaviour: 'apply-fails',
      code: 'APPLY_FAILED',
      what: 'release 2 could not be applied in local; users stay on release 1.',
      why: 'no port was left',
    },
  ]

  test.each(cases)('a release that $behaviour', async ({ behaviour, code, what, why }) => {
    const world = await withRelease1({ bad1: behaviour })
    Object.assign(world.source, { catalog: 'bad1', orders: 'orders2' })
    const error = await failureOf(deploy(deployAll, scriptedMeans(world.platform).means))
    expect(error).toMatchObject({ code, message: what, exitCode: 4 })
    expect(error.why).toContain(why)
    expect(world.serving()).toBe(1)
    expect([...world.running.values()].map(({ digest }) => digest)).toEqual(
      Object.values(world.records[0]?.services ?? {}).map(({ digest }) => digest),
    )
    expect(world.records[1]).toMatchObject({ state: 'rolled-back', failure: { code, what } })
    expect(await world.platform.lock.read()).toMatchObject({ value: { released: true } })
  })

  test('a smoke check that fails before users are moved', async () => {
    const world = await withRelease1()
    world.source.orders = 'orders2'
    const { means, smokeFailures } = scriptedMeans(world.platform)
    smokeFailures.push('orders')
    const error = await failureOf(deploy(deployAll, means))
    expect(error.message).toBe('orders did not pass the smoke checks in local; users stay on release 1.')
    expect(world.journal).not.toContain('promote 2')
    expect(world.records[1]).toMatchObject({ state: 'rolled-back', culprits: ['orders'] })
  })

  test('evidence is kept before anything is undone', async () => {
    const world = await withRelease1({ bad1: 'crashes' })
    world.source.catalog = 'bad1'
    const error = await failureOf(deploy(deployAll, scriptedMeans(world.platform).means))
    expect(world.records[1]?.evidence).toMatchObject([
      { service: 'catalog', lastLogs: ['last words, process still there'] },
    ])
    expect(error.why).toContain('catalog said: last words, process still there')
    expect(world.journal.indexOf('evidence catalog')).toBeLessThan(world.journal.indexOf('retire 1'))
  })

  test('of several services that fail each is kept with its own reason', async () => {
    const world = await withRelease1({ bad1: 'crashes', bad2: 'crashes' })
    Object.assign(world.source, { users: 'bad1', catalog: 'bad2' })
    await failureOf(deploy(deployAll, scriptedMeans(world.platform).means))
    const reasons = world.records[1]?.evidence.map(({ service, reason }) => `${service}: ${reason.split(' ')[0]}`)
    expect(reasons).toEqual(['users: users', 'catalog: catalog'])
  })

  test('the same digest again is refused until it is forced, and the rest may go on', async () => {
    const world = await withRelease1({ bad1: 'crashes' })
    world.source.catalog = 'bad1'
    await failureOf(deploy(deployAll, scriptedMeans(world.platform).means))
    const refused = await failureOf(deploy(deployAll, scriptedMeans(world.platform).means))
    expect(refused).toMatchObject({ code: 'DIGEST_REFUSED', exitCode: 3 })
    expect(world.records).toHaveLength(2)
    const forced = await failureOf(deploy({ ...deployAll, force: 'force' }, scriptedMeans(world.platform).means))
    expect(forced.code).toBe('ROLLOUT_UNHEALTHY')
    Object.assign(world.source, { catalog: 'catalog1', orders: 'orders2' })
    expect((await deploy(deployAll, scriptedMeans(world.platform).means)).outcome).toBe('deployed')
  })

  test('a first deploy that fails leaves nothing running and says so', async () => {
    const world = scriptedPlatform({ ...goodSource, catalog: 'bad1' }, { bad1: 'crashes' })
    const error = await failureOf(deploy(deployAll, scriptedMeans(world.platform).means))
    expect(error.message).toContain('there was no release before it, so nothing is left running in local')
    expect(world.running.size).toBe(0)
    expect(world.journal.at(-1)).toBe('down')
    expect(world.records[0]?.state).toBe('failed')
  })
})

test.each(['silent', 'out-of-touch'] as const)(
  '%s is asked twice, then unknown: nothing is rolled back',
  async (how) => {
    const world = await withRelease1({ bad1: how })
    world.source.catalog = 'bad1'
    const error = await failureOf(deploy(deployAll, scriptedMeans(world.platform).means))
    expect(error).toMatchObject({ code: 'ROLLOUT_UNKNOWN', exitCode: 6 })
    expect(world.journal.filter((entry) => entry === 'observe 2')).toHaveLength(2)
    expect(world.journal).not.toContain('retire 1')
    expect(world.records[1]?.state).toBe('unknown')
  },
)

test('two at once: the second is refused and names the first', async () => {
  const world = await withRelease1()
  world.source.catalog = 'catalog2'
  let second: Promise<ShopctlError> | undefined
  world.hooks.apply = async () => {
    second = failureOf(deploy(deployAll, scriptedMeans(world.platform).means))
    await second
  }
  await deploy(deployAll, scriptedMeans(world.platform).means)
  const error = await second
  expect(error).toMatchObject({ code: 'LOCK_HELD', exitCode: 3 })
  expect([error?.message, ...(error?.why ?? [])].join(' ')).toContain('ada@laptop')
})
