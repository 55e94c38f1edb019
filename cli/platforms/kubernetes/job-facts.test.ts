import { expect, test } from 'vitest'
import { jobState } from './job-facts.ts'
import { captured } from './testing/captured-objects.ts'

const stateOf = (name: string) => {
  const [job] = captured(name, 'Job')
  if (job === undefined) throw new Error(`${name} has no job`)
  return jobState(job, captured(name, 'Pod'))
}

test('a job that ended well is done', () => {
  expect(stateOf('job-done')).toEqual({ state: 'done' })
})

test('a job that failed tells its exit code', () => {
  expect(stateOf('job-exits')).toEqual({
    state: 'failed',
    reason: 'Job job-exits failed as often as it may (BackoffLimitExceeded): it exited with code 3',
  })
})

test('a job that took too long says so: its pod is gone, and with it the exit code', () => {
  expect(stateOf('job-late')).toEqual({
    state: 'failed',
    reason: 'Job job-late did not end within its time (DeadlineExceeded)',
  })
})

test('a job without a condition runs', () => {
  const [job] = captured('job-done', 'Job')
  expect(jobState({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'x' } }, [])).toEqual({ state: 'running' })
  expect(job?.kind).toBe('Job')
})
