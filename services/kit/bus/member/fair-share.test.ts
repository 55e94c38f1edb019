import { expect, test } from 'vitest'
import { planShare } from './fair-share.ts'

const partitions = Array.from({ length: 16 }, (_, partition) => partition)
const owned = (...pairs: readonly (readonly [string, readonly number[]])[]) =>
  new Map(pairs.flatMap(([owner, list]) => list.map((partition) => [partition, owner] as const)))

function plan(member: string, members: readonly string[], owners: ReadonlyMap<number, string>) {
  const held = new Set([...owners].flatMap(([partition, owner]) => (owner === member ? [partition] : [])))
  return planShare({ member, partitions, view: { members, owners }, held })
}

test('one alone takes everything', () => {
  expect(plan('a', ['a'], new Map())).toEqual({ claim: partitions, release: [] })
})

test('who has too much gives, who has too little takes only what is free', () => {
  const owners = owned(['a', partitions])
  expect(plan('a', ['b', 'a'], owners)).toEqual({ claim: [], release: partitions.slice(8) })
  expect(plan('b', ['a', 'b'], owners)).toEqual({ claim: [], release: [] })
  expect(plan('b', ['a', 'b'], owned(['a', partitions.slice(0, 8)]))).toEqual({
    claim: partitions.slice(8),
    release: [],
  })
})

test.each([1, 2, 3, 5, 7, 16, 20])('%i members come to the same number, give or take one', (count) => {
  const members = Array.from({ length: count }, (_, number) => `m${number}`)
  const owners = new Map(partitions.map((partition) => [partition, 'm0']))
  for (let round = 0; round < 3; round += 1) {
    for (const member of members) {
      const { claim, release } = plan(member, members, owners)
      for (const partition of release) owners.delete(partition)
      for (const partition of claim) owners.set(partition, member)
    }
  }
  const counts = members.map((member) => [...owners.values()].filter((owner) => owner === member).length)
  expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1)
  expect(owners.size).toBe(16)
})

test('what is its own by a claim whose answer was lost is claimed again', () => {
  const view = { members: ['a'], owners: new Map([[3, 'a']]) }
  expect(planShare({ member: 'a', partitions: [3, 4], view, held: new Set() }).claim).toEqual([3, 4])
})

test('one that the others do not know yet neither takes nor gives', () => {
  expect(plan('a', ['b'], owned(['a', [1]]))).toEqual({ claim: [], release: [] })
})
