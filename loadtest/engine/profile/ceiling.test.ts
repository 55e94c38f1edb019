import { expect, it } from 'vitest'
import { closedProfile, openProfile } from '../testing/profiles.ts'
import { arrivalsFor, ceilingOf, usersFor } from './ceiling.ts'

const thousand = closedProfile({ users: 1_000, thinkTimeSeconds: { min: 1, max: 3 } })

it('NOTE-23: a thousand users who think one to three seconds send at most 500 requests a second, 476 at 0.1 s', () => {
  const of = (responseSeconds: number) => ceilingOf(thousand, { responseSeconds, requestsPerUser: 4.5 })
  expect(of(0).requestsPerSecond).toBe(500)
  expect(Math.floor(of(0.1).requestsPerSecond)).toBe(476)
  expect(of(0.1).because).toBe('1000 users ÷ (2 s think time + 0.1 s response)')
})

it('an open profile sends its arrivals times what each sends, as far as its users in flight allow', () => {
  const open = openProfile({ arrivalsPerSecond: 200, mostUsersInFlight: 100 })
  expect(ceilingOf(open, { responseSeconds: 0.1, requestsPerUser: 4.5 }).requestsPerSecond).toBe(900)
  expect(ceilingOf(open, { responseSeconds: 1, requestsPerUser: 4.5 }).requestsPerSecond).toBeCloseTo(100)
})

it('the peak of the stages counts, not the figure beside them', () => {
  const stages = [{ durationSeconds: 10, arrivalsPerSecond: 300 }]
  const open = openProfile({ arrivalsPerSecond: 200, stages })
  expect(ceilingOf(open, { responseSeconds: 0.01, requestsPerUser: 1 }).requestsPerSecond).toBe(300)
})

it('says how many users or arrivals would do', () => {
  expect(usersFor(1_000, { think: 2, response: 0.2 })).toBe(2_201)
  expect(arrivalsFor(1_000, 4)).toBe(250)
})
