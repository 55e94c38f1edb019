import { describe, expect, test } from 'vitest'
import { ShopctlError } from '../errors/shopctl-error.ts'
import { forceRelease } from '../releases/lock.ts'
import { type DeployRequest, deploy } from './deploy.ts'
import { failureOf } from './testing/failure-of.ts'
import { scriptedMeans } from './testing/scripted-means.ts'
import { type Behaviour, type Source, scriptedPlatform } from './testing/scripted-platform.ts'

const request: DeployRequest = {
  services: ['users', 'catalog', 'orders'],
  mode: 'apply',
  why: null,
  force: 'no',
  waitSeconds: 0,
  demoData: 'none',
}

const good = { users: 'users1', catalog: 'catalog1', orders: 'orders1' }

/** A platform on which release 1 serves, and the source that the next deploy finds. */
const withRelease1 = async (behaviours: Record<string, Behaviour> = {}) => {
  const source: Source = { ...good }
  const world = scriptedPlatform(source, behaviours)
  await deploy(request, scriptedMeans(world.platform).means)
  world.journal.length = 0
  return { ...world, source }
}

test('a first deploy goes through every step in order and leaves a record that succeeded', async () => {
  const world = scriptedPlatform({ ...good })
  const { means, events } = scriptedMeans(world.platform)
  const result = await deploy(request, means)
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
  const result = await deploy(request, scriptedMeans(world.platform).means)
  expect(result.outcome).toBe('unchanged')
  expect(world.journal).toEqual(['build'])
  expect(world.records).toHaveLength(1)
})

test('a first release cannot leave a service out', async () => {
  const world = scriptedPlatform({ ...good })
  const error = await failureOf(deploy({ ...request, services: ['catalog'] }, scriptedMeans(world.platform).means))
  expect(error).toMatchObject({ code: 'NO_RELEASE_TO_CHANGE', exitCode: 3 })
  expect(world.journal).toEqual([])
})

test('after a reboot the same release is brought back, without a new one', async () => {
  const world = await withRelease1()
  world.reboot()
  const result = await deploy(request, scriptedMeans(world.platform).means)
  expect(result).toMatchObject({ outcome: 'brought-back', release: { number: 1 } })
  expect(world.journal).toEqual(['build', 'prepare', 'apply 1', 'observe 1', 'promote 1', 'retire 1'])
})

test('a dry run says what would change and asks the platform for nothing that changes anything', async () => {
  const world = await withRelease1()
  world.source.catalog = 'catalog2'
  const result = await deploy({ ...request, mode: 'dry-run' }, scriptedMeans(world.platform).means)
  expect(result.outcome).toBe('would-change')
  expect(result.changes.map(({ service }) => service)).toEqual(['catalog'])
  expect(world.journal).toEqual(['build'])
})

test('only services with new migrations are migrated', async () => {
  const world = await withRelease1()
  Object.assign(world.source, { catalog: 'catalog2', orders: 'ordersWithMigration1' })
  await deploy(request, scriptedMeans(world.platform).means)
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
    const error = await failureOf(deploy(request, scriptedMeans(world.platform).means))
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
    const error = await failureOf(deploy(request, means))
    expect(error.message).toBe('orders did not pass the smoke checks in local; users stay on release 1.')
    expect(world.journal).not.toContain('promote 2')
    expect(world.records[1]).toMatchObject({ state: 'rolled-back', culprits: ['orders'] })
  })

  test('evidence is kept before anything is undone', async () => {
    const world = await withRelease1({ bad1: 'crashes' })
    world.source.catalog = 'bad1'
    const error = await failureOf(deploy(request, scriptedMeans(world.platform).means))
    expect(world.records[1]?.evidence).toMatchObject([
      { service: 'catalog', lastLogs: ['last words, process still there'] },
    ])
    expect(error.why).toContain('catalog said: last words, process still there')
    expect(world.journal.indexOf('evidence catalog')).toBeLessThan(world.journal.indexOf('retire 1'))
  })

  test('of several services that fail each is kept with its own reason', async () => {
    const world = await withRelease1({ bad1: 'crashes', bad2: 'crashes' })
    Object.assign(world.source, { users: 'bad1', catalog: 'bad2' })
    await failureOf(deploy(request, scriptedMeans(world.platform).means))
    const reasons = world.records[1]?.evidence.map(({ service, reason }) => `${service}: ${reason.split(' ')[0]}`)
    expect(reasons).toEqual(['users: users', 'catalog: catalog'])
  })

  test('the same digest again is refused until it is forced, and the rest may go on', async () => {
    const world = await withRelease1({ bad1: 'crashes' })
    world.source.catalog = 'bad1'
    await failureOf(deploy(request, scriptedMeans(world.platform).means))
    const refused = await failureOf(deploy(request, scriptedMeans(world.platform).means))
    expect(refused).toMatchObject({ code: 'DIGEST_REFUSED', exitCode: 3 })
    expect(world.records).toHaveLength(2)
    const forced = await failureOf(deploy({ ...request, force: 'force' }, scriptedMeans(world.platform).means))
    expect(forced.code).toBe('ROLLOUT_UNHEALTHY')
    Object.assign(world.source, { catalog: 'catalog1', orders: 'orders2' })
    expect((await deploy(request, scriptedMeans(world.platform).means)).outcome).toBe('deployed')
  })

  test('a first deploy that fails leaves nothing running and says so', async () => {
    const world = scriptedPlatform({ ...good, catalog: 'bad1' }, { bad1: 'crashes' })
    const error = await failureOf(deploy(request, scriptedMeans(world.platform).means))
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
    const error = await failureOf(deploy(request, scriptedMeans(world.platform).means))
    expect(error).toMatchObject({ code: 'ROLLOUT_UNKNOWN', exitCode: 6 })
    expect(world.journal.filter((entry) => entry === 'observe 2')).toHaveLength(2)
    expect(world.journal).not.toContain('retire 1')
    expect(world.records[1]?.state).toBe('unknown')
  },
)

describe('an interrupt at each step', () => {
  const steps = ['build', 'prepare', 'migrate', 'apply', 'observe', 'entry', 'promote'] as const

  test.each(steps)('during %s: the previous release serves, the lock is free, exit 130', async (step) => {
    const world = await withRelease1()
    Object.assign(world.source, { catalog: 'catalogB1', orders: 'ordersB1' })
    const { means, interrupt } = scriptedMeans(world.platform)
    world.hooks[step] = interrupt
    const error = await failureOf(deploy(request, means))
    expect(error.exitCode).toBe(130)
    expect(world.serving()).toBe(1)
    expect(world.running.size).toBe(3)
    expect([...world.running.values()].map(({ digest }) => digest).sort()).toEqual(
      Object.values(world.records[0]?.services ?? {})
        .map(({ digest }) => digest)
        .sort(),
    )
    expect((await world.platform.lock.read())?.value.released).toBe(true)
    expect(world.records.slice(1).map(({ state }) => state)).toEqual(
      step === 'build' || step === 'prepare' ? [] : ['aborted'],
    )
  })

  test('on the way back: it is gone to its end, the failure is told, exit 130', async () => {
    const world = await withRelease1({ catalog2: 'crashes' })
    const { means, interrupt } = scriptedMeans(world.platform)
    world.source.catalog = 'catalog2'
    world.hooks.evidence = interrupt
    const error = await failureOf(deploy(request, means))
    expect(error).toMatchObject({ code: 'ROLLOUT_UNHEALTHY', exitCode: 130 })
    expect(world.serving()).toBe(1)
    expect(world.records[1]).toMatchObject({ state: 'rolled-back', culprits: ['catalog'] })
  })

  test('while the record is closed: users come back and the record says so', async () => {
    const world = await withRelease1()
    world.source.catalog = 'catalog2'
    const { releases } = world.platform
    const update: typeof releases.update = async (record) => {
      await releases.update(record)
      if (record.state === 'succeeded') interrupt()
    }
    const { means, interrupt } = scriptedMeans({ ...world.platform, releases: { ...releases, update } })
    const error = await failureOf(deploy(request, means))
    expect(error).toMatchObject({ exitCode: 130, message: expect.stringContaining('users are back on release 1') })
    expect(world.serving()).toBe(1)
    expect(world.records[1]?.state).toBe('aborted')
  })

  test('a second one stops at once, says what is half done, and the next deploy mends it', async () => {
    const world = await withRelease1()
    world.source.catalog = 'catalog2'
    const { means, interrupt, abandon } = scriptedMeans(world.platform)
    world.hooks.entry = () => {
      interrupt()
      abandon()
    }
    const error = await failureOf(deploy(request, means))
    expect(error).toMatchObject({ code: 'ABANDONED', exitCode: 130 })
    expect(error.fix).toEqual(['shopctl deploy --env local'])
    expect(world.records[1]?.state).toBe('in-progress')

    delete world.hooks.entry
    const { means: next, events } = scriptedMeans(world.platform)
    const result = await deploy(request, next)
    expect(result.release?.number).toBe(3)
    expect(world.records[1]?.state).toBe('aborted')
    expect(events.some((event) => event.type === 'warning' && event.message.includes('release 2'))).toBe(true)
  })
})

describe('a lock that was taken away', () => {
  const behaviours = { catalog2: 'healthy', catalog3: 'crashes' } as const

  test.each([
    { content: 'catalog2', step: 'entry', does: 'does not move users' },
    { content: 'catalog3', step: 'observe', does: 'does not undo what is no longer its own' },
  ])('with $content, lost at $step: the flow $does', async ({ content, step }) => {
    const world = await withRelease1(behaviours)
    world.source.catalog = content
    world.hooks[step] = async () => {
      await forceRelease(world.platform.lock)
      world.journal.push('lost')
    }
    const error = await failureOf(deploy(request, scriptedMeans(world.platform).means))
    expect(error).toMatchObject({ code: 'LOCK_LOST', exitCode: 6 })
    expect(world.journal.at(-1)).toBe('lost')
    expect(world.serving()).toBe(1)
  })
})

test('a release that users had been moved to before its shopctl was killed is kept', async () => {
  const world = await withRelease1()
  world.source.catalog = 'catalog2'
  await deploy(request, scriptedMeans(world.platform).means)
  const promoted = world.records[1]
  if (promoted === undefined) throw new Error('no second release')
  await world.platform.releases.update({ ...promoted, state: 'in-progress', finishedAt: null })
  world.source.orders = 'orders2'
  await deploy(request, scriptedMeans(world.platform).means)
  expect(world.records.map(({ state }) => state)).toEqual(['succeeded', 'succeeded', 'succeeded'])
})

test('two at once: the second is refused and names the first', async () => {
  const world = await withRelease1()
  world.source.catalog = 'catalog2'
  let second: Promise<ShopctlError> | undefined
  world.hooks.apply = async () => {
    second = failureOf(deploy(request, scriptedMeans(world.platform).means))
    await second
  }
  await deploy(request, scriptedMeans(world.platform).means)
  const error = await second
  expect(error).toMatchObject({ code: 'LOCK_HELD', exitCode: 3 })
  expect([error?.message, ...(error?.why ?? [])].join(' ')).toContain('ada@laptop')
})

describe('the way back holds when more than one thing is wrong', () => {
  test('a current release that is dead itself stops nobody: the failure is told, and a good release goes through', async () => {
    const world = await withRelease1({ bad1: 'crashes' })
    world.behaviours.catalog1 = 'crashes'
    world.source.catalog = 'bad1'
    const error = await failureOf(deploy(request, scriptedMeans(world.platform).means))
    expect(error).toMatchObject({ code: 'ROLLOUT_UNHEALTHY', exitCode: 4 })
    expect(error.message).toContain('release 1, which was there before, is not healthy itself')
    expect(world.records[1]).toMatchObject({ state: 'failed', culprits: ['catalog'] })
    world.source.catalog = 'catalog3'
    expect((await deploy(request, scriptedMeans(world.platform).means)).outcome).toBe('deployed')
    expect(world.serving()).toBe(3)
  })

  test('evidence that cannot be collected is a line of evidence', async () => {
    const world = await withRelease1({ bad1: 'crashes-without-a-trace' })
    world.source.catalog = 'bad1'
    const error = await failureOf(deploy(request, scriptedMeans(world.platform).means))
    expect(error).toMatchObject({ code: 'ROLLOUT_UNHEALTHY', exitCode: 4 })
    expect(world.records[1]?.evidence[0]?.events).toEqual(['evidence could not be collected: EACCES'])
    expect(world.records[1]?.state).toBe('rolled-back')
  })

  test('a way back that fails is told beside the reason for it, as unknown', async () => {
    const world = await withRelease1({ bad1: 'crashes' })
    world.source.catalog = 'bad1'
    world.hooks.retire = () => {
      throw new Error('disk full')
    }
    const error = await failureOf(deploy(request, scriptedMeans(world.platform).means))
    expect(error).toMatchObject({ code: 'RETURN_FAILED', exitCode: 6 })
    expect(error.why).toEqual(
      expect.arrayContaining(['catalog (process 1) exited with code 1 after 0.4 s', 'the way back: disk full']),
    )
    expect(world.records[1]?.state).toBe('failed')
  })

  test('lost contact in the middle rolls nothing back', async () => {
    const world = await withRelease1({ bad1: 'apply-loses-contact' })
    world.source.catalog = 'bad1'
    const error = await failureOf(deploy(request, scriptedMeans(world.platform).means))
    expect(error).toMatchObject({ code: 'UNREACHABLE', exitCode: 6 })
    expect(world.journal).not.toContain('promote 1')
    expect(world.records[1]?.state).toBe('unknown')
  })

  test('what a release replaced and cannot be stopped is a warning: the release has succeeded', async () => {
    const world = await withRelease1()
    world.source.catalog = 'catalog2'
    world.hooks.retire = () => {
      throw new Error('process 7 did not end')
    }
    const { means, events } = scriptedMeans(world.platform)
    expect((await deploy(request, means)).outcome).toBe('deployed')
    expect(events.some((event) => event.type === 'warning' && event.message.includes('process 7 did not end'))).toBe(
      true,
    )
    expect(world.records[1]?.state).toBe('succeeded')
  })

  test('a record that cannot be written during the migrations undoes the release and gives the lock back', async () => {
    const world = await withRelease1()
    Object.assign(world.source, { catalog: 'catalogB1', orders: 'ordersB1' })
    const { update } = world.platform.releases
    let writes = 0
    const releases = {
      ...world.platform.releases,
      async update(record: Parameters<typeof update>[0]) {
        writes += 1
        if (writes === 1) {
          throw new ShopctlError({ code: 'STATE_NOT_WRITABLE', outcome: 'refused', what: 'no space left' })
        }
        return update(record)
      },
    }
    const error = await failureOf(deploy(request, scriptedMeans({ ...world.platform, releases }).means))
    // The release had begun, so this is no refusal any more.
    expect(error).toMatchObject({ code: 'STATE_NOT_WRITABLE', exitCode: 4 })
    expect(error.message).toContain('users stay on release 1')
    expect((await world.platform.lock.read())?.value.released).toBe(true)
  })

  test('what was migrated before a failure is in the record: it stays in the database', async () => {
    const world = await withRelease1({ bad1: 'migration-fails' })
    world.source.catalog = 'bad1'
    await failureOf(deploy(request, scriptedMeans(world.platform).means))
    expect(world.records[1]?.migrations).toEqual([{ service: 'catalog', name: '0001', reversible: true }])
  })
})

describe('after a kill', () => {
  const killedDuring = async (world: Awaited<ReturnType<typeof withRelease1>>, step: string) => {
    const { means, interrupt, abandon } = scriptedMeans(world.platform)
    world.hooks[step] = () => {
      interrupt()
      abandon()
    }
    await failureOf(deploy(request, means))
    delete world.hooks[step]
  }

  test('of the first deploy, the next one begins anew on foundations that stand', async () => {
    const source: Source = { ...good }
    const world = { ...scriptedPlatform(source), source }
    await killedDuring(world, 'observe')
    expect(world.records[0]?.state).toBe('in-progress')
    expect((await deploy(request, scriptedMeans(world.platform).means)).outcome).toBe('deployed')
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
    await deploy(request, scriptedMeans(world.platform).means)
    expect(world.journal.find((entry) => entry.startsWith('promote'))).toBe('promote 3')
  })

  test('a current release that cannot be brought back does not stop a better one', async () => {
    const world = await withRelease1()
    world.source.catalog = 'catalog2'
    await killedDuring(world, 'observe')
    world.behaviours.users1 = 'crashes'
    world.source.users = 'users2'
    expect((await deploy(request, scriptedMeans(world.platform).means)).outcome).toBe('deployed')
    expect(world.records.map(({ state }) => state)).toEqual(['succeeded', 'aborted', 'succeeded'])
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
    const error = await failureOf(deploy(request, scriptedMeans({ ...world.platform, releases }).means))
    expect(error).toMatchObject({ code: 'PREVIOUS_UNREADABLE', exitCode: 3 })
    expect(world.journal).toEqual(['build', 'prepare'])
  })
})
