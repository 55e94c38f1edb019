import { expect, test } from 'vitest'
import { answerOf, type ServiceRun } from './service-answer.ts'

const run = (more: Partial<ServiceRun>): ServiceRun => ({
  service: 'users',
  environment: 'local',
  outcome: 'done',
  output: '',
  otherwise: [],
  ...more,
})
const failureOf = (given: ServiceRun): unknown => {
  try {
    return answerOf(given)
  } catch (error) {
    return error
  }
}

test('the one line with the answer is read, whatever is printed around it', () => {
  const output =
    'noise\n{"level":"WARN","message":"slow"}\n{"event":"answer","service":"users","answer":{"events":[]}}\n'
  expect(answerOf(run({ output }))).toEqual({ events: [] })
})

test.each<[string, Partial<ServiceRun>]>([
  ['failed', { outcome: 'failed' }],
  ['printed nothing', {}],
  ['printed half a line', { output: '{"event":"answer","service":"users","ans' }],
  ['failed after its answer', { outcome: 'failed', output: '{"event":"answer","answer":1}' }],
])('a program that %s is a failure in its own words', (_title, more) => {
  const otherwise = ['{"level":"FATAL","message":"events: relation \\"dead_events\\" does not exist"}', 'plain words']
  expect(failureOf(run({ otherwise, ...more }))).toMatchObject({
    code: 'SERVICE_DID_NOT_ANSWER',
    outcome: 'unknown',
    message: 'users did not answer in local; it serves as before.',
    why: ['events: relation "dead_events" does not exist', 'plain words'],
    fix: [expect.stringContaining('status --env local')],
  })
})
