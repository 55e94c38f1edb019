import { expect, test } from 'vitest'
import { protectedHalfMade } from './protected-half-made.ts'

const inState = (type: string, name: string, status?: string) => ({
  mode: 'managed',
  type,
  name,
  instances: [status === undefined ? {} : { status }],
})
const state = {
  resources: [
    inState('aws_kms_key', 'state', 'tainted'),
    inState('aws_kms_key', 'logs', 'tainted'),
    inState('aws_s3_bucket', 'state'),
    inState('aws_s3_bucket', 'gone', 'tainted'),
  ],
}
const guarded = { lifecycle: { prevent_destroy: true } }

test('only what is both half made and guarded in the code stands in the way of a plan', () => {
  const resource = { aws_kms_key: { state: guarded, logs: {} }, aws_s3_bucket: { state: guarded } }
  expect(protectedHalfMade(state, { resource })).toEqual(['aws_kms_key.state'])
})

test('where nothing was made nothing does', () => {
  expect(protectedHalfMade({}, {})).toEqual([])
})
