import { describe, expect, test } from 'vitest'
import { ShopctlError } from '../errors/shopctl-error.ts'
import { forceRelease } from '../releases/lock.ts'
import type { ReleaseRecord } from '../releases/release.ts'
import { deploy } from './deploy.ts'
import { failureOf } from './testing/failure-of.ts'
import { scriptedMeans } from './testing/scripted-means.ts'
import { deployAll, withRelease1 } from './testing/with-release.ts'

describe('the way back holds when more than one thing is wrong', () => {
  test('a current release that is dead itself stops nobody: the failure is told, and a good release goes through', async () => {
    const world = await withRelease1({ bad1: 'crashes' })
    world.behaviours.catalog1 = 'crashes'
    world.source.catalog = 'bad1'
    const error = await failureOf(deploy(deployAll, scriptedMeans(world.platform).means))
    expect(error).toMatchObject({ code: 'ROLLOUT_UNHEALTHY', exitCode: 4 })
    expect(error.message).toContain('release 1, which was there before, is not healthy itself')
    expect(world.records[1]).toMatchObject({ state: 'failed', culprits: ['catalog'] })
    world.source.catalog = 'catalog3'
    expect((await deploy(deployAll, scriptedMeans(world.platform).means)).outcome).toBe('deployed')
    expect(world.serving()).toBe(3)
  })

  test('evidence that cannot be collected is a line of evidence', async () => {
    const world = await withRelease1({ bad1: 'crashes-without-a-trace' })
    world.source.catalog = 'bad1'
    const error = await failureOf(deploy(deployAll, scriptedMeans(world.platform).means))
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
    const error = await failureOf(deploy(deployAll, scriptedMeans(world.platform).means))
    expect(error).toMatchObject({ code: 'RETURN_FAILED', exitCode: 6 })
    expect(error.why).toEqual(
      expect.arrayContaining(['catalog (process 1) exited with code 1 after 0.4 s', 'the way back: disk full']),
    )
    expect(world.records[1]?.state).toBe('failed')
  })

  test('lost contact in the middle rolls nothing back', async () => {
    const world = await withRelease1({ bad1: 'apply-loses-contact' })
    world.source.catalog = 'bad1'
    const error = await failureOf(deploy(deployAll, scriptedMeans(world.platform).means))
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
    expect((await deploy(deployAll, means)).outcome).toBe('deployed')
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
    const error = await failureOf(deploy(deployAll, scriptedMeans({ ...world.platform, releases }).means))
    // The release had begun, so this is no refusal any more.
    expect(error).toMatchObject({ code: 'STATE_NOT_WRITABLE', exitCode: 4 })
    expect(error.message).toContain('users stay on release 1')
    expect((await world.platform.lock.read())?.value.released).toBe(true)
  })

  /** The store as it is, but for what happens at a write of a record in this state. */
  const storeThat = (
    world: Awaited<ReturnType<typeof withRelease1>>,
    refuses: {
      readonly times: number
      readonly when: (record: ReleaseRecord) => boolean
      readonly error: ShopctlError
    },
  ) => {
    let left = refuses.times
    const { releases } = world.platform
    const update: typeof releases.update = async (record, signal) => {
      if (left > 0 && refuses.when(record)) {
        left -= 1
        throw refuses.error
      }
      return releases.update(record, signal)
    }
    return { ...world.platform, releases: { ...releases, update } }
  }
  const unreachable = new ShopctlError({ code: 'UNREACHABLE', outcome: 'unknown', what: 'nobody answers' })
  const notLoggedIn = new ShopctlError({ code: 'KUBE_UNAUTHORIZED', outcome: 'refused', what: 'the token has expired' })

  test.each([unreachable, notLoggedIn])(
    'contact lost while a proven release is closed ($code) takes nothing back',
    async (error) => {
      const world = await withRelease1()
      world.source.catalog = 'catalog2'
      const platform = storeThat(world, { times: 1, when: ({ state }) => state === 'succeeded', error })
      expect(await failureOf(deploy(deployAll, scriptedMeans(platform).means))).toMatchObject({ exitCode: 6 })
      expect(world.journal).not.toContain('promote 1')
      expect(world.records[1]?.state).toBe('unknown')
    },
  )

  test('evidence that cannot be written stops no way back, and is written when the record is closed', async () => {
    const world = await withRelease1({ bad1: 'crashes' })
    world.source.catalog = 'bad1'
    const error = new ShopctlError({ code: 'QUOTA_EXCEEDED', outcome: 'refused', what: 'no more ConfigMaps' })
    const platform = storeThat(world, { times: 1, when: ({ evidence }) => evidence.length > 0, error })
    const failure = await failureOf(deploy(deployAll, scriptedMeans(platform).means))
    expect(failure).toMatchObject({ code: 'ROLLOUT_UNHEALTHY', exitCode: 4 })
    expect(failure.why).toContain('the evidence could not be kept at once: no more ConfigMaps')
    expect(world.records[1]).toMatchObject({ state: 'rolled-back', culprits: ['catalog'], evidence: [{}] })
  })

  test('a record that cannot be closed hides neither the reason nor what is not known', async () => {
    const world = await withRelease1({ bad1: 'crashes' })
    world.source.catalog = 'bad1'
    const platform = storeThat(world, { times: 9, when: ({ state }) => state === 'rolled-back', error: notLoggedIn })
    const failure = await failureOf(deploy(deployAll, scriptedMeans(platform).means))
    expect(failure).toMatchObject({ code: 'RECORD_NOT_CLOSED', exitCode: 6 })
    expect(failure.why).toEqual(
      expect.arrayContaining(['catalog (process 1) exited with code 1 after 0.4 s', 'the token has expired']),
    )
  })

  test('where something runs of which there is no record, a failed release stops nothing of it', async () => {
    const world = await withRelease1({ bad1: 'crashes' })
    const running = await world.platform.running()
    world.records.length = 0
    world.source.catalog = 'bad1'
    const platform = { ...world.platform, running: async () => running }
    const failure = await failureOf(deploy(deployAll, scriptedMeans(platform).means))
    expect(failure).toMatchObject({ code: 'ROLLOUT_UNHEALTHY', exitCode: 4 })
    expect(failure.message).toContain('what ran before has no record to go back to')
    expect(world.journal.filter((what) => /^(retire|down)/.test(what))).toEqual([])
  })

  test('where users move with the apply, they stayed if it never came to one, and are back if it did', async () => {
    const world = await withRelease1({ bad1: 'migration-fails', bad2: 'crashes' })
    const platform = { ...world.platform, usersMove: 'during-apply' } as const
    world.source.catalog = 'bad1'
    expect((await failureOf(deploy(deployAll, scriptedMeans(platform).means))).message).toContain('users stay on')
    world.source.catalog = 'bad2'
    expect((await failureOf(deploy(deployAll, scriptedMeans(platform).means))).message).toContain('users are back on')
  })

  test('what was migrated before a failure is in the record: it stays in the database', async () => {
    const world = await withRelease1({ bad1: 'migration-fails' })
    world.source.catalog = 'bad1'
    await failureOf(deploy(deployAll, scriptedMeans(world.platform).means))
    expect(world.records[1]?.migrations).toEqual([{ service: 'catalog', name: '0001', reversible: true }])
  })
})

describe('an interrupt at each step', () => {
  const steps = ['build', 'prepare', 'migrate', 'apply', 'observe', 'entry', 'promote'] as const

  test.each(steps)('during %s: the previous release serves, the lock is free, exit 130', async (step) => {
    const world = await withRelease1()
    Object.assign(world.source, { catalog: 'catalogB1', orders: 'ordersB1' })
    const { means, interrupt } = scriptedMeans(world.platform)
    world.hooks[step] = interrupt
    const error = await failureOf(deploy(deployAll, means))
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
    const error = await failureOf(deploy(deployAll, means))
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
    const error = await failureOf(deploy(deployAll, means))
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
    const error = await failureOf(deploy(deployAll, means))
    expect(error).toMatchObject({ code: 'ABANDONED', exitCode: 130 })
    expect(error.fix).toEqual(['shopctl deploy --env local'])
    expect(world.records[1]?.state).toBe('in-progress')

    delete world.hooks.entry
    const { means: next, events } = scriptedMeans(world.platform)
    const result = await deploy(deployAll, next)
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
    const error = await failureOf(deploy(deployAll, scriptedMeans(world.platform).means))
    expect(error).toMatchObject({ code: 'LOCK_LOST', exitCode: 6, why: ['the lock was released by hand'] })
    expect(error.message).toContain('in the middle of release 2; nothing was rolled back, and the next deploy')
    expect(error.fix.at(-1)).toContain('deploy --env local')
    expect(world.journal.at(-1)).toBe('lost')
    expect(world.serving()).toBe(1)
  })
})
