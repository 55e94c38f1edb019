import { expect, test } from 'vitest'
import { driftedNames, newestChange } from './who-changed.ts'

test('the newest change tells who did it; looks, and what is no event, do not count', () => {
  const at = (minute: number) => new Date(Date.UTC(2026, 10, 22, 12, minute))
  const events = [
    { EventName: 'DescribeSecurityGroups', Username: 'ada', EventTime: at(9), ReadOnly: 'true' },
    { EventName: 'CreateSecurityGroup', Username: 'shopctl', EventTime: at(1), ReadOnly: 'false' },
    { EventName: 'AuthorizeSecurityGroupIngress', Username: 'eve', EventTime: at(5), ReadOnly: 'false' },
    { Something: 'else' },
  ]
  expect(newestChange(events)).toEqual({
    who: 'eve',
    when: '2026-11-22T12:05:00.000Z',
    call: 'AuthorizeSecurityGroupIngress',
  })
  expect(newestChange([])).toBeNull()
})

test('a drifted resource is asked for by what AWS calls it, a deleted one by what it was called', () => {
  const plan = {
    resource_drift: [
      { address: 'aws_vpc.main', change: { before: { id: 'vpc-1', arn: 'arn:vpc-1' }, after: { id: 'vpc-1' } } },
      { address: 'aws_s3_bucket.uploads', change: { before: { id: 'shop', bucket: 'shop' }, after: null } },
    ],
  }
  expect([...driftedNames(plan)]).toEqual([
    ['aws_vpc.main', ['vpc-1', 'arn:vpc-1']],
    ['aws_s3_bucket.uploads', ['shop']],
  ])
  expect(driftedNames({})).toEqual(new Map())
})
