import { expect, it } from 'vitest'
import { closedProfile, openProfile } from '../../engine/testing/profiles.ts'
import type { KeptRun } from '../kept-run.ts'
import { simulatedRun } from '../testing/simulated-run.ts'
import { cautions, loadDifferences } from './incomparable.ts'

const run = simulatedRun({ seed: 1, seconds: 2 })
const withResult = (changes: Partial<KeptRun['result']>): KeptRun => ({ ...run, result: { ...run.result, ...changes } })
const { profile, scenarios } = run.result

it('the name, the seed and the limits of a profile are no load', () => {
  const limits = { schedulerLagP99Milliseconds: 7, droppedShare: 0.5 }
  expect(loadDifferences(run, withResult({ profile: { ...profile, name: 'other', seed: 9, limits } }))).toEqual([])
})

it('each field that changes the load is named, with both values', () => {
  const other = closedProfile({ users: 6, startUsers: 5, durationSeconds: 2, thinkTimeSeconds: { min: 0, max: 1 } })
  expect(loadDifferences(run, withResult({ profile: other }))).toEqual([
    'users is 5 in A and 6 in B',
    'thinkTimeSeconds is {"min":1,"max":3} in A and {"min":0,"max":1} in B',
  ])
})

it('of another model nothing else is named, and other scenarios are', () => {
  expect(loadDifferences(run, withResult({ profile: openProfile({}) }))).toEqual([
    'the model is closed in A and open in B',
  ])
  const heavier = scenarios.map((scenario) => ({ ...scenario, weight: 2 }))
  expect(loadDifferences(run, withResult({ scenarios: heavier }))).toEqual([
    'the scenarios are visitor (1: search) in A and visitor (2: search) in B',
  ])
})

it('another place or another generator is said, and no reason to refuse', () => {
  const other = { ...withResult({ workers: 4 }), environment: 'prod' }
  expect(loadDifferences(run, other)).toEqual([])
  expect(cautions(run, other)).toEqual([
    'the environment is staging in A and prod in B',
    'the number of workers is 1 in A and 4 in B',
  ])
})
