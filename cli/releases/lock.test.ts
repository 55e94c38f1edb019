import { expect, test } from 'vitest'
import { ShopctlError } from '../errors/shopctl-error.ts'
import { acquireLock, forceRelease, type LockRequest } from './lock.ts'
import { createLockWorld } from './testing/lock-world.ts'
import { createMemoryLockStore } from './testing/memory-lock-store.ts'

const ada = { host: 'laptop', processId: 1, bootId: 'boot-1' }
const bob = { host: 'laptop', processId: 2, bootId: 'boot-1' }
const jenkins = { host: 'agent', processId: 3, bootId: 'boot-9' }

const asking = (holder: string, more: Partial<LockRequest> = {}): LockRequest => ({
  environment: 'staging',
  holder,
  reason: `deploy of ${holder}`,
  command: 'deploy --env staging',
  timeToLiveSeconds: 30,
  waitSeconds: 0,
  signal: new AbortController().signal,
  onWait: () => undefined,
  ...more,
})

const settledBy = (promise: Promise<unknown>) => {
  const result: { outcome: 'pending' | 'done' | ShopctlError | string } = { outcome: 'pending' }
  promise.then(
    () => {
      result.outcome = 'done'
    },
    (error) => {
      result.outcome = error instanceof ShopctlError ? error : String(error)
    },
  )
  return result
}

test('a free lock is taken, and after it was given back by anyone else', async () => {
  const world = createLockWorld()
  const store = createMemoryLockStore()
  const first = await acquireLock(store, asking('ada'), world.clockOf(ada))
  expect(first.found).toBe('free')
  expect(await first.lock.release()).toEqual({ outcome: 'given-back' })
  expect(await first.lock.release()).toEqual({ outcome: 'given-back' })
  expect((await acquireLock(store, asking('bob'), world.clockOf(bob))).found).toBe('free')
})

test('a held lock is refused, naming who holds it, since when, why, and what to type', async () => {
  const world = createLockWorld()
  const store = createMemoryLockStore()
  await acquireLock(store, asking('ada'), world.clockOf(ada))
  await world.advance(125_000)
  const refused = settledBy(acquireLock(store, asking('bob'), world.clockOf(bob)))
  await world.settle()
  const error = refused.outcome
  if (!(error instanceof ShopctlError)) throw new Error(`not refused: ${error}`)
  expect([error.code, error.exitCode]).toEqual(['LOCK_HELD', 3])
  expect(error.why.join('\n')).toContain('ada (process 1 on laptop) since 2026-11-22T12:00:00.000Z, 2 min ago')
  expect(error.why).toContain('for: deploy of ada')
  expect(error.fix).toEqual(['shopctl deploy --env staging --wait 60', 'shopctl lock show --env staging'])
})

test('a waiting contender says so once, gets the lock when it is given back, and is refused when its time is over', async () => {
  const world = createLockWorld()
  const store = createMemoryLockStore()
  const first = await acquireLock(store, asking('ada'), world.clockOf(ada))
  const said: string[] = []
  const patient = asking('bob', { waitSeconds: 60, onWait: (message) => said.push(message) })
  const waiting = settledBy(acquireLock(store, patient, world.clockOf(bob)))
  const impatient = settledBy(
    acquireLock(store, asking('eve', { waitSeconds: 10 }), world.clockOf({ ...bob, processId: 4 })),
  )
  await world.advance(40_000)
  expect(waiting.outcome).toBe('pending')
  expect(impatient.outcome).toMatchObject({ code: 'LOCK_HELD' })
  expect(said).toHaveLength(1)
  expect(said[0]).toContain('held by ada')
  await first.lock.release()
  await world.advance(1000)
  expect(waiting.outcome).toBe('done')
})

test('an interrupted wait ends at once with the reason of the interrupt', async () => {
  const world = createLockWorld()
  const store = createMemoryLockStore()
  await acquireLock(store, asking('ada'), world.clockOf(ada))
  const interrupt = new AbortController()
  const waiting = settledBy(
    acquireLock(store, asking('bob', { waitSeconds: 60, signal: interrupt.signal }), world.clockOf(bob)),
  )
  await world.advance(1000)
  interrupt.abort('Ctrl-C')
  await world.settle()
  expect(waiting.outcome).toBe('Ctrl-C')
})

test.each([
  ['its process was killed', { ...bob }, 0, 'its process is gone'],
  ['its machine was started again', { ...bob, bootId: 'boot-2' }, 0, 'its process is gone'],
])('where %s the lock is free at once and tells what was found', async (_, contender, wait, why) => {
  const world = createLockWorld()
  const store = createMemoryLockStore()
  await acquireLock(store, asking('ada'), world.clockOf(ada))
  if (contender.bootId === ada.bootId) world.kill(ada.processId)
  const taken = await acquireLock(store, asking('bob', { waitSeconds: wait }), world.clockOf(contender))
  expect(taken.found).toMatchObject({ why, expired: { holder: 'ada', reason: 'deploy of ada' } })
})

test('a holder that is stopped but alive keeps the lock for its time to live, then loses it and is told', async () => {
  const world = createLockWorld()
  const store = createMemoryLockStore()
  const first = await acquireLock(store, asking('ada'), world.clockOf(ada))
  world.freeze(ada.processId)
  await world.advance(29_000)
  await expect(acquireLock(store, asking('bob'), world.clockOf(bob))).rejects.toMatchObject({ code: 'LOCK_HELD' })
  await world.advance(2000)
  const taken = await acquireLock(store, asking('bob'), world.clockOf(bob))
  expect(taken.found).toMatchObject({ why: 'its time to live passed' })
  expect(await first.lock.release()).toEqual({ outcome: 'lost' })
  expect(store.current()?.value).toMatchObject({ holder: 'bob', released: false })
})

test.each([3_600_000, -3_600_000])(
  'a wall clock that jumps by %d ms neither frees a live lock nor keeps a dead one',
  async (jump) => {
    const world = createLockWorld()
    const store = createMemoryLockStore()
    const first = await acquireLock(store, asking('ada'), world.clockOf(ada))
    world.jumpWallClock(jump)
    await expect(acquireLock(store, asking('bob'), world.clockOf(bob))).rejects.toMatchObject({ code: 'LOCK_HELD' })
    const remote = settledBy(acquireLock(store, asking('jenkins'), world.clockOf(jenkins)))
    await world.advance(31_000)
    expect(remote.outcome).toMatchObject({ code: 'LOCK_HELD' })
    expect(first.lock.signal.aborted).toBe(false)
    world.kill(ada.processId)
    const later = settledBy(acquireLock(store, asking('jenkins', { waitSeconds: 60 }), world.clockOf(jenkins)))
    await world.advance(29_000)
    expect(later.outcome).toBe('pending')
    await world.advance(2000)
    expect(later.outcome).toBe('done')
  },
)

test('a dead lock of another machine is watched for its time to live before it is taken, also without --wait', async () => {
  const world = createLockWorld()
  const store = createMemoryLockStore()
  await acquireLock(store, asking('jenkins'), world.clockOf(jenkins))
  world.kill(jenkins.processId)
  await world.advance(1000)
  await expect(acquireLock(store, asking('ada'), world.clockOf(ada))).rejects.toMatchObject({ code: 'LOCK_HELD' })
  await world.advance(60_000)
  const said: string[] = []
  const taken = settledBy(acquireLock(store, asking('ada', { onWait: (line) => said.push(line) }), world.clockOf(ada)))
  await world.advance(29_000)
  expect(taken.outcome).toBe('pending')
  expect(said[0]).toContain('looks abandoned')
  await world.advance(2000)
  expect(taken.outcome).toBe('done')
})

test('two machines whose clocks differ by a day refuse each other as soon as a renewal is seen', async () => {
  const world = createLockWorld()
  const store = createMemoryLockStore()
  await acquireLock(store, asking('ada'), world.clockOf(ada))
  const skewed = world.clockOf({ ...jenkins, wallSkew: 86_400_000 })
  const contender = settledBy(acquireLock(store, asking('jenkins'), skewed))
  await world.advance(11_000)
  expect(contender.outcome).toMatchObject({ code: 'LOCK_HELD' })
})

test.each([
  ['a boot of its own', 'boot-2'],
  ['no boot that can be known', undefined],
])(
  'a machine of the same name with %s watches the lock of many machines, however fresh, before it takes it',
  async (_, bootId) => {
    const world = createLockWorld()
    const store = createMemoryLockStore(undefined, 'many-machines')
    const here = { host: 'laptop', processId: ada.processId, ...(bootId === undefined ? {} : { bootId }) }
    const alive = await acquireLock(store, asking('ada'), world.clockOf(ada))
    const refused = settledBy(acquireLock(store, asking('twin'), world.clockOf(here)))
    await world.advance(11_000)
    expect(refused.outcome).toMatchObject({ code: 'LOCK_HELD' })
    expect(alive.lock.signal.aborted).toBe(false)
    world.kill(ada.processId)
    const taken = settledBy(acquireLock(store, asking('twin'), world.clockOf({ ...here, processId: 9 })))
    await world.advance(29_000)
    expect(taken.outcome).toBe('pending')
    await world.advance(2000)
    expect(taken.outcome).toBe('done')
  },
)

test('where many machines share the lock, a dead process of this boot still frees it at once', async () => {
  const world = createLockWorld()
  const store = createMemoryLockStore(undefined, 'many-machines')
  await acquireLock(store, asking('ada'), world.clockOf(ada))
  world.kill(ada.processId)
  expect((await acquireLock(store, asking('bob'), world.clockOf(bob))).found).toMatchObject({
    why: 'its process is gone',
  })
})

test('the lock is renewed for as long as it is held', async () => {
  const world = createLockWorld()
  const store = createMemoryLockStore()
  const { lock } = await acquireLock(store, asking('ada'), world.clockOf(ada))
  for (let minutes = 0; minutes < 10; minutes += 1) {
    await world.advance(60_000)
    await expect(acquireLock(store, asking('bob'), world.clockOf(bob))).rejects.toMatchObject({ code: 'LOCK_HELD' })
  }
  expect(lock.signal.aborted).toBe(false)
  await lock.release()
  const { version } = store.current() ?? {}
  await world.advance(60_000)
  expect(store.current()?.version).toBe(version)
})

test('a store that does not answer is borne for the time to live, then the lock counts as lost', async () => {
  const world = createLockWorld()
  let down = false
  const store = createMemoryLockStore(() => (down ? 'refused' : 'none'))
  const { lock } = await acquireLock(store, asking('ada'), world.clockOf(ada))
  down = true
  await world.advance(24_000)
  expect(lock.signal.aborted).toBe(false)
  // Before anybody else may take it, with time for what is under way to end.
  await world.advance(2_000)
  expect(lock.signal.reason).toMatchObject({ code: 'LOCK_LOST', exitCode: 6 })
  expect(lock.signal.reason.why.join()).toContain('the store does not answer')
})

test('a renewal that landed although its answer was lost does not lose the lock', async () => {
  const world = createLockWorld()
  const answers: ('none' | 'answer-lost')[] = ['none', 'none', 'answer-lost']
  const store = createMemoryLockStore(() => answers.shift() ?? 'none')
  const { lock } = await acquireLock(store, asking('ada'), world.clockOf(ada))
  await world.advance(45_000)
  expect(lock.signal.aborted).toBe(false)
  expect(await lock.release()).toEqual({ outcome: 'given-back' })
})

test('a lock released by hand is free for others and its holder is told', async () => {
  const world = createLockWorld()
  const store = createMemoryLockStore()
  expect(await forceRelease(store)).toBeNull()
  const { lock } = await acquireLock(store, asking('ada'), world.clockOf(ada))
  expect(await forceRelease(store)).toMatchObject({ holder: 'ada' })
  await world.advance(11_000)
  expect(lock.signal.reason.why).toEqual(['the lock was released by hand'])
})

test('who confirms the lock learns at once that it was lost, and not at the next renewal', async () => {
  const world = createLockWorld()
  const store = createMemoryLockStore()
  const { lock } = await acquireLock(store, asking('ada'), world.clockOf(ada))
  await lock.confirm()
  await forceRelease(store)
  await acquireLock(store, asking('bob'), world.clockOf(bob))
  await expect(lock.confirm()).rejects.toMatchObject({ code: 'LOCK_LOST', why: [expect.stringContaining('bob')] })
  expect(lock.signal.aborted).toBe(true)
  expect(store.current()?.value).toMatchObject({ holder: 'bob', released: false })
})

test('a store that does not answer for a moment fails no confirmation', async () => {
  const world = createLockWorld()
  const answers: ('none' | 'refused')[] = ['none', 'none', 'refused']
  const store = createMemoryLockStore(() => answers.shift() ?? 'none')
  const { lock } = await acquireLock(store, asking('ada'), world.clockOf(ada))
  await lock.confirm()
  expect(lock.signal.aborted).toBe(false)
})

test('a store that fails while the lock is given back says that it expires by itself, and does not throw', async () => {
  const world = createLockWorld()
  let down = false
  const store = createMemoryLockStore(() => (down ? 'refused' : 'none'))
  const { lock } = await acquireLock(store, asking('ada'), world.clockOf(ada))
  down = true
  expect(await lock.release()).toEqual({ outcome: 'expires-by-itself', why: 'the store does not answer' })
})
