import { expect, test } from 'vitest'
import { parseEvent } from './parse-events.ts'
import { readStream, readStreamLines } from './testing/read-stream.ts'

test('F23: a recorded apply is told from its plan to its summary', () => {
  const events = readStream('apply-success')
  expect(events.filter(({ type }) => type === 'planned')).toHaveLength(4)
  expect(events).toContainEqual({ type: 'began', address: 'aws_kms_key.slow', action: 'create' })
  expect(events).toContainEqual({
    type: 'done',
    address: 'aws_ssm_parameter.a',
    action: 'create',
    elapsedSeconds: 0,
    id: '/rec/a',
  })
  expect(events.at(-1)).toEqual({ type: 'summary', operation: 'apply', add: 4, change: 0, remove: 0 })
})

test('what goes on, fails and is said at an interrupt has its own event', () => {
  const events = readStream('apply-interrupted')
  const address = 'aws_s3_bucket_lifecycle_configuration.slow'
  expect(events).toContainEqual({ type: 'going-on', address, action: 'create', elapsedSeconds: 10 })
  expect(events).toContainEqual({ type: 'failed', address, action: 'create', elapsedSeconds: 11 })
  expect(events).toContainEqual({ type: 'log', level: 'info', message: 'Stopping operation...' })
})

test.each(['', 'not json', '{"type":', '[]', 'null', '42', '{"type":"something_new"}', '{"type":"apply_start"}'])(
  'F23: a line that says nothing is left out: %s',
  (line) => {
    expect(parseEvent(line)).toBeNull()
  },
)

test('a diagnostic comes without its snippet, which holds the whole file', () => {
  expect(readStreamLines('apply-one-failed').join()).toContain('canary-value')
  const events = readStream('apply-one-failed')
  expect(events.filter(({ type }) => type === 'diagnostic')).toHaveLength(1)
  expect(JSON.stringify(events)).not.toContain('canary-value')
})
