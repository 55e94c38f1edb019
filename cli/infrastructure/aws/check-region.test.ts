import { expect, test } from 'vitest'
import { checkRegion } from './check-region.ts'

test('F16: a slip of the pen in a region is wrong usage, and the nearest name is told', () => {
  expect(() => checkRegion('us-esat-1', { environment: 'prod' })).toThrow(
    expect.objectContaining({ code: 'AWS_REGION_UNKNOWN', exitCode: 64, why: ['the nearest name is us-east-1'] }),
  )
})

test.each([
  ['eu-cetral-1', 'eu-central-1'],
  ['us-west-22', 'us-west-2'],
  ['ap-southeast2', 'ap-southeast-2'],
])('the nearest to %s is %s', (region, nearest) => {
  expect(() => checkRegion(region, { environment: 'prod' })).toThrow(
    expect.objectContaining({ why: [`the nearest name is ${nearest}`] }),
  )
})

test('a region of the list is let through', () => {
  expect(() => checkRegion('eu-north-1', { environment: 'prod' })).not.toThrow()
})
