import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { profileSchema } from '../profile/profile.ts'
import { closedProfile, openProfile } from '../testing/profiles.ts'
import { arrivalsOf } from './arrivals.ts'
import { fullLoadSeconds } from './full-load.ts'
import { populationChanges } from './population.ts'
import { seededRandom } from './seeded-random.ts'
import { weightedChoice } from './weighted-choice.ts'

describe('a closed population', () => {
  it('spawns at its rate up to its users', () => {
    const changes = [...populationChanges(closedProfile({ users: 1_000, startUsers: 100, spawnRatePerSecond: 10 }))]
    expect(changes.filter(({ atSeconds }) => atSeconds === 0)).toHaveLength(101)
    expect(changes).toHaveLength(1_000)
    expect(changes.at(-1)).toEqual({ atSeconds: 89.9, user: 999, change: 'spawn' })
  })

  it('follows its stages up and down, the last to come being the first to leave', () => {
    const stages = [
      { durationSeconds: 2, users: 3 },
      { durationSeconds: 1, users: 1 },
      { durationSeconds: 2, users: 2 },
    ]
    const changes = [
      ...populationChanges(closedProfile({ users: 3, spawnRatePerSecond: 2, durationSeconds: 5, stages })),
    ]
    expect(changes.map(({ atSeconds, user, change }) => `${atSeconds} ${change} ${user}`)).toEqual([
      '0 spawn 0',
      '0.5 spawn 1',
      '1 spawn 2',
      '2 retire 2',
      '2.5 retire 1',
      '3 spawn 3',
    ])
  })
})

const workersOf = (workers: number) => Array.from({ length: workers }, (_, worker) => ({ worker, workers }))

describe('arrivals', () => {
  it('are evenly spaced, and the same however many workers share them', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 7 }), (workers) => {
        const profile = openProfile({ arrivals: 'even', arrivalsPerSecond: 10, durationSeconds: 3 })
        const all = workersOf(workers).flatMap((share) => [...arrivalsOf(profile, share)])
        const inOrder = all.toSorted((a, b) => a.user - b.user)
        expect(inOrder).toHaveLength(30)
        for (const [index, { atSeconds, user }] of inOrder.entries()) {
          expect(user).toBe(index)
          expect(atSeconds).toBeCloseTo(index / 10, 9)
        }
      }),
    )
  })

  it('by Poisson keep the rate, repeat with the seed, and give no number twice', () => {
    const profile = openProfile({ arrivals: 'poisson', arrivalsPerSecond: 1_000, durationSeconds: 20 })
    const draw = () => workersOf(4).flatMap((share) => [...arrivalsOf(profile, share)])
    const all = draw()
    expect(Math.abs(all.length - 20_000)).toBeLessThan(4 * Math.sqrt(20_000))
    expect(draw()).toEqual(all)
    expect(new Set(all.map(({ user }) => user)).size).toBe(all.length)
    const inSeconds = Map.groupBy(all, ({ atSeconds }) => Math.floor(atSeconds * 10))
    const counts = [...inSeconds.values()].map((some) => some.length)
    const variance = counts.reduce((sum, count) => sum + (count - 100) ** 2, 0) / counts.length
    // Of a Poisson process the variance is the mean; of even arrivals it would be next to nothing.
    expect(variance / 100).toBeGreaterThan(0.6)
    expect(variance / 100).toBeLessThan(1.5)
  })

  it('ramp evenly from one rate to another, and stop where the rate is nothing', () => {
    const stages = [
      { durationSeconds: 10, arrivalsPerSecond: 100, fromArrivalsPerSecond: 0 },
      { durationSeconds: 1, arrivalsPerSecond: 0 },
      { durationSeconds: 1, arrivalsPerSecond: 50 },
    ]
    const profile = openProfile({ arrivals: 'even', arrivalsPerSecond: 100, durationSeconds: 12, stages })
    const times = [...arrivalsOf(profile, { worker: 0, workers: 1 })].map(({ atSeconds }) => atSeconds)
    expect(times.filter((at) => at < 5)).toHaveLength(125)
    expect(times.filter((at) => at < 10)).toHaveLength(500)
    expect(times.filter((at) => at >= 10 && at < 11)).toHaveLength(0)
    expect(times).toHaveLength(550)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
  })
})

describe('full load', () => {
  it('is after the ramp of users', () => {
    const ramp = closedProfile({ users: 1_000, startUsers: 100, spawnRatePerSecond: 10, durationSeconds: 120 })
    expect(fullLoadSeconds(ramp)).toEqual([{ from: 90, to: 120 }])
  })

  it('is nowhere where the users never all come', () => {
    expect(fullLoadSeconds(closedProfile({ users: 1_000, spawnRatePerSecond: 1, durationSeconds: 10 }))).toEqual([])
  })

  it('is the stage with the most arrivals', () => {
    const stages = [
      { durationSeconds: 5, arrivalsPerSecond: 90, fromArrivalsPerSecond: 0 },
      { durationSeconds: 10, arrivalsPerSecond: 90 },
      { durationSeconds: 5, arrivalsPerSecond: 10 },
    ]
    expect(fullLoadSeconds(openProfile({ durationSeconds: 20, stages }))).toEqual([{ from: 5, to: 15 }])
  })
})

it('scenarios are chosen by their weights, in every stretch of users', () => {
  for (const from of [0, 137, 9_000]) {
    const counts = [0, 0, 0]
    for (let user = from; user < from + 100; user++) {
      const chosen = weightedChoice([30, 50, 20], user)
      counts[chosen] = (counts[chosen] ?? 0) + 1
    }
    for (const [index, weight] of [30, 50, 20].entries())
      expect(Math.abs((counts[index] ?? 0) - weight)).toBeLessThan(3)
  }
})

it('random numbers repeat with seed and stream, differ between streams, and are uniform', () => {
  const draw = (seed: number, stream: number) => Array.from({ length: 5_000 }, seededRandom(seed, stream))
  expect(draw(1, 2)).toEqual(draw(1, 2))
  expect(draw(1, 2)).not.toEqual(draw(1, 3))
  expect(draw(1, 2)).not.toEqual(draw(2, 2))
  const firsts = Array.from({ length: 5_000 }, (_, stream) => seededRandom(7, stream)())
  for (const values of [draw(1, 2), firsts]) {
    for (let tenth = 0; tenth < 10; tenth++) {
      const count = values.filter((value) => Math.floor(value * 10) === tenth).length
      expect(Math.abs(count - 500)).toBeLessThan(110)
    }
  }
})

it('a profile whose stages do not add up to its duration is refused', () => {
  const stages = [{ durationSeconds: 1, users: 3 }]
  expect(profileSchema.safeParse({ ...closedProfile({}), durationSeconds: 5, stages }).success).toBe(false)
})
