import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ShopctlError } from '../errors/shopctl-error.ts'
import {
  abandonedRelease,
  currentRelease,
  irreversibleBetween,
  type RollbackPath,
  refusedServices,
  rollbackTarget,
  sameServices,
} from './history.ts'
import type { ReleaseRecord } from './release.ts'
import { aRelease, aServiceRelease } from './testing/a-release.ts'

const newestFirst = (...records: readonly ReleaseRecord[]) =>
  records.toSorted((left, right) => right.number - left.number)
const catalog = (content: string) => ({ catalog: content })

const noEvidence = {
  lastLogs: [],
  previousLogs: [],
  probeFailures: [],
  events: [],
  collectedAt: '2026-11-22T10:00:00.000Z',
}

const ok = (number: number, content: string, more: Partial<ReleaseRecord> = {}) =>
  aRelease({ number, ...more, services: catalog(content) })
const bad = (number: number, content: string) =>
  ok(number, content, {
    state: 'rolled-back',
    culprits: ['catalog'],
    // Of several services that failed the verdict names another one first.
    verdict: { state: 'unhealthy', reasons: ['users was killed by SIGKILL', 'catalog exited 1'] },
    evidence: [{ ...noEvidence, service: 'catalog', reason: 'catalog exited 1' }],
  })
const back = (number: number, restores: number, content: string, previous = number - 1) =>
  ok(number, content, { restores, previous })

const pathOf = (records: readonly ReleaseRecord[], to: number | null = null): string => {
  try {
    const { leaving, target } = rollbackTarget(records, { environment: 'staging', to })
    return `${leaving.number} → ${target.number}`
  } catch (error) {
    if (error instanceof ShopctlError && error.exitCode === 3 && error.fix.length > 0) return error.code
    throw error
  }
}

test('users are on the newest release that succeeded, whatever failed since', () => {
  expect(currentRelease(newestFirst(ok(1, 'a'), ok(2, 'b'), bad(3, 'c')))?.number).toBe(2)
  expect(currentRelease(newestFirst(bad(1, 'a')))).toBeNull()
  expect(currentRelease([])).toBeNull()
})

test('a record left in progress is found', () => {
  expect(abandonedRelease(newestFirst(ok(1, 'a'), ok(2, 'b', { state: 'in-progress' })))?.number).toBe(2)
  expect(abandonedRelease(newestFirst(ok(1, 'a')))).toBeNull()
})

test.each([
  ['the last that succeeded before', newestFirst(ok(1, 'a'), ok(2, 'b')), '2 → 1'],
  ['not one that failed', newestFirst(ok(1, 'a'), bad(2, 'x'), ok(3, 'c')), '3 → 1'],
  ['not one that runs the same', newestFirst(ok(1, 'a'), ok(2, 'b'), ok(3, 'b')), '3 → 1'],
  ['one that differs only in settings', newestFirst(ok(1, 'a/x'), ok(2, 'a/y')), '2 → 1'],
  ['below where a rollback went', newestFirst(ok(40, 'a'), ok(41, 'b'), ok(42, 'c'), back(43, 41, 'b')), '43 → 40'],
  [
    'below where two rollbacks went',
    newestFirst(ok(39, 'z'), ok(40, 'a'), ok(41, 'b'), ok(42, 'c'), back(43, 41, 'b'), back(44, 40, 'a')),
    '44 → 39',
  ],
  [
    'what a rollback restored, by its own number',
    newestFirst(ok(40, 'a'), ok(41, 'b'), ok(42, 'c'), back(43, 41, 'b'), ok(44, 'd')),
    '44 → 41',
  ],
  [
    'not one that a rollback left, also where the same was deployed again since',
    newestFirst(ok(40, 'a'), ok(41, 'b'), ok(42, 'c'), back(43, 41, 'b'), ok(44, 'b')),
    '44 → 40',
  ],
  [
    'one that was chosen again after it had been left',
    newestFirst(ok(41, 'b'), ok(42, 'c'), back(43, 41, 'b'), back(44, 42, 'c'), ok(45, 'd')),
    '45 → 42',
  ],
  [
    'the older one after going forward again',
    newestFirst(ok(41, 'b'), ok(42, 'c'), back(43, 41, 'b'), back(44, 42, 'c')),
    '44 → 41',
  ],
  [
    'a rollback of a rollback stands where the first release stands',
    newestFirst(ok(40, 'a'), ok(41, 'b'), ok(42, 'c'), back(43, 41, 'b'), ok(44, 'd'), back(45, 43, 'b')),
    '45 → 40',
  ],
  [
    'the current release, where the newest was never proven',
    newestFirst(ok(1, 'a'), ok(2, 'b'), ok(3, 'c', { state: 'unknown' })),
    '3 → 2',
  ],
  ['nothing, where nothing succeeded', newestFirst(bad(1, 'a')), 'NO_ROLLBACK_TARGET'],
  ['nothing, where one succeeded', newestFirst(ok(1, 'a')), 'NO_ROLLBACK_TARGET'],
  ['nothing, at the end of the way down', newestFirst(ok(1, 'a'), ok(2, 'b'), back(3, 1, 'a')), 'NO_ROLLBACK_TARGET'],
  ['nothing, without records', [], 'NO_ROLLBACK_TARGET'],
])('a rollback without a number goes to %s', (_, records, path) => {
  expect(pathOf(records)).toBe(path)
})

test.each([
  ['goes there', newestFirst(ok(1, 'a'), ok(2, 'b'), ok(3, 'c')), 1, '3 → 1'],
  ['goes forward again', newestFirst(ok(1, 'a'), ok(2, 'b'), back(3, 1, 'a')), 2, '3 → 2'],
  ['refuses a number that is not there', newestFirst(ok(1, 'a')), 7, 'RELEASE_NOT_FOUND'],
  ['refuses one that failed', newestFirst(ok(1, 'a'), bad(2, 'b'), ok(3, 'c')), 2, 'RELEASE_NEVER_SUCCEEDED'],
  ['refuses the current one', newestFirst(ok(1, 'a'), ok(2, 'b')), 2, 'RELEASE_ALREADY_CURRENT'],
  [
    'refuses one that runs the same',
    newestFirst(ok(1, 'a'), ok(2, 'b'), back(3, 1, 'a')),
    1,
    'RELEASE_ALREADY_CURRENT',
  ],
  ['leaves an unproven one', newestFirst(ok(1, 'a'), ok(2, 'b', { state: 'unknown' })), 1, '2 → 1'],
])('a rollback to a number %s', (_, records, to, path) => {
  expect(pathOf(records, to)).toBe(path)
})

test('rolling back again and again visits no set twice and comes to an end', () => {
  const deploy = fc.record({
    content: fc.constantFrom('a', 'b', 'c', 'd'),
    state: fc.constantFrom('succeeded', 'succeeded', 'rolled-back'),
  })
  fc.assert(
    fc.property(fc.array(deploy, { maxLength: 12 }), (deploys) => {
      let records = newestFirst(...deploys.map(({ content, state }, index) => ok(index + 1, content, { state })))
      const visited: ReleaseRecord[] = []
      for (let turn = 0; turn <= deploys.length; turn += 1) {
        let path: RollbackPath
        try {
          path = rollbackTarget(records, { environment: 'staging', to: null })
        } catch (error) {
          expect(error).toMatchObject({ code: 'NO_ROLLBACK_TARGET' })
          return
        }
        expect(sameServices(path.target, path.current)).toBe(false)
        expect(visited.map(({ number }) => number)).not.toContain(path.target.number)
        visited.push(path.target)
        const number = records.length + 1
        const restored = {
          ...path.target,
          number,
          kind: 'rollback' as const,
          restores: path.target.number,
          previous: path.current.number,
        }
        records = [restored, ...records]
      }
      expect.unreachable('rolled back more often than there are releases')
    }),
  )
})

const wanted = { catalog: aServiceRelease('x') }
test.each([
  ['never seen', newestFirst(ok(1, 'a')), []],
  ['culprit of a release that was taken back', newestFirst(ok(1, 'a'), bad(2, 'x')), [2]],
  ['with other settings then', newestFirst(ok(1, 'a'), bad(2, 'x/other')), []],
  [
    'in an unhealthy release, but not its culprit',
    newestFirst(ok(1, 'a'), { ...bad(2, 'x'), culprits: ['orders'] }),
    [],
  ],
  ['forced through since', newestFirst(bad(1, 'x'), ok(2, 'x'), ok(3, 'b')), []],
  ['bad again after it was forced through', newestFirst(bad(1, 'x'), ok(2, 'x'), bad(3, 'x')), [3]],
  ['left by a rollback', newestFirst(ok(1, 'a'), ok(2, 'x'), back(3, 1, 'a')), [2]],
  [
    'left by a rollback and then chosen by number',
    newestFirst(ok(1, 'a'), ok(2, 'x'), back(3, 1, 'a'), back(4, 2, 'x')),
    [],
  ],
  ['left only to go forward', newestFirst(ok(1, 'x'), ok(2, 'b'), back(3, 1, 'x'), back(4, 2, 'b')), []],
  ['kept by the rollback', newestFirst(ok(1, 'x', {}), ok(2, 'x/other'), back(3, 1, 'x')), []],
  ['interrupted only', newestFirst(ok(1, 'a'), ok(2, 'x', { state: 'aborted' })), []],
])('what is said of a digest %s', (_, records, releases) => {
  expect(refusedServices(records, wanted).map(({ release }) => release)).toEqual(releases)
})

test('what failed for its size may come again with another one, and with that one only', () => {
  const small = { catalog: { ...aServiceRelease('x'), manifest: { memory: '96Mi' } } }
  const records = newestFirst(ok(1, 'a'), { ...bad(2, 'x'), services: small })
  expect(refusedServices(records, wanted)).toEqual([])
  expect(refusedServices(newestFirst(...records, ok(3, 'x')), small)).toMatchObject([{ release: 2 }])
})

test('a refusal says why in the words of the record', () => {
  expect(refusedServices(newestFirst(ok(1, 'a'), bad(2, 'x')), wanted)).toEqual([
    { service: 'catalog', release: 2, reason: 'catalog exited 1' },
  ])
  const rolledBack = newestFirst(ok(1, 'a'), ok(2, 'x'), { ...back(3, 1, 'a'), why: 'prices were wrong' })
  expect(refusedServices(rolledBack, wanted)[0]?.reason).toBe('rolled back by ada in release 3: prices were wrong')
})

const migration = (name: string, reversible = false) => ({ service: 'catalog', name, reversible })
const names = (records: readonly ReleaseRecord[], target: number, current: number) => {
  const find = (number: number) => records.find((record) => record.number === number) ?? expect.unreachable()
  return irreversibleBetween(records, find(target), find(current)).map(({ name }) => name)
}

test('migrations that cannot be undone stand between the current release and an older one', () => {
  const records = newestFirst(
    ok(1, 'a', { migrations: [migration('0001')] }),
    ok(2, 'b', { migrations: [migration('0002'), migration('0003', true)] }),
    ok(3, 'c', { migrations: [migration('0004')] }),
  )
  expect(names(records, 1, 3)).toEqual(['0002', '0004'])
  expect(names(records, 2, 3)).toEqual(['0004'])
})

test('a migration of a release that failed stands there too, and only once', () => {
  const failed = { ...bad(2, 'x'), migrations: [migration('0002')] }
  const records = newestFirst(ok(1, 'a'), failed, ok(3, 'c', { migrations: [migration('0002')] }))
  expect(names(records, 1, 3)).toEqual(['0002'])
})

test('a release that ran healthy after the migration may run again', () => {
  const records = newestFirst(ok(1, 'a'), ok(2, 'b', { migrations: [migration('0002')] }), back(3, 1, 'a'), ok(4, 'c'))
  expect(names(records, 1, 4)).toEqual([])
})

test('a service that is the same on both sides already runs on its migrated database', () => {
  const first = aRelease({ number: 1, services: { catalog: 'a', orders: 'a' } })
  const failed = {
    ...aRelease({ number: 2, services: { catalog: 'x', orders: 'a' } }),
    state: 'rolled-back' as const,
    migrations: [migration('0002')],
  }
  const third = aRelease({ number: 3, services: { catalog: 'a', orders: 'b' } })
  expect(names(newestFirst(first, failed, third), 1, 3)).toEqual([])
})
