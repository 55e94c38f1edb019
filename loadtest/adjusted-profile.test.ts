import { expect, test } from 'vitest'
import { adjustedProfile } from './adjusted-profile.ts'
import { closedProfile, openProfile } from './engine/testing/profiles.ts'

const requestsPerUser = 4.5

test('a profile keeps what nobody wants otherwise', () => {
  const profile = closedProfile({ users: 10, startUsers: 5, durationSeconds: 60 })
  expect(adjustedProfile(profile, { requestsPerUser })).toEqual(profile)
  const open = openProfile({ arrivalsPerSecond: 10 })
  expect(adjustedProfile(open, { requestsPerUser })).toEqual(open)
})

test('its stages keep their proportions', () => {
  const stages = [
    { durationSeconds: 60, users: 100 },
    { durationSeconds: 120, users: 1_000 },
  ]
  const profile = closedProfile({ users: 1_000, startUsers: 100, durationSeconds: 180, stages })
  expect(adjustedProfile(profile, { users: 50, durationSeconds: 18, requestsPerUser })).toMatchObject({
    users: 50,
    startUsers: 50,
    durationSeconds: 18,
    stages: [
      { durationSeconds: 6, users: 5 },
      { durationSeconds: 12, users: 50 },
    ],
  })
})

test('a rate is of requests, and each who arrives sends a few', () => {
  const ramp = [{ durationSeconds: 10, fromArrivalsPerSecond: 0, arrivalsPerSecond: 100 }]
  const profile = openProfile({ arrivalsPerSecond: 100, durationSeconds: 10, stages: ramp })
  expect(adjustedProfile(profile, { requestsPerSecond: 900, requestsPerUser })).toMatchObject({
    arrivalsPerSecond: 200,
    stages: [{ durationSeconds: 10, fromArrivalsPerSecond: 0, arrivalsPerSecond: 200 }],
  })
})

test('what a model does not have cannot be changed', () => {
  const closed = () => adjustedProfile(closedProfile({}), { requestsPerSecond: 10, requestsPerUser })
  expect(closed).toThrow('closed has users who wait for their answers, and so no rate; throughput has one')
  const open = () => adjustedProfile(openProfile({}), { users: 10, requestsPerUser })
  expect(open).toThrow('open has a rate at which users arrive, and no number of them')
})
