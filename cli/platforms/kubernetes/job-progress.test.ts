import { expect, test } from 'vitest'
import { containerEnds, hasStarted, jobEnd, jobTrouble } from './job-progress.ts'
import { captured } from './testing/captured-objects.ts'
import { sample } from './testing/sample-objects.ts'

const job = (type: string, status = 'True') =>
  sample('Job', { status: { conditions: [{ type, status, reason: 'DeadlineExceeded', message: 'too long' }] } })

test.each([
  ['Complete', 'complete'],
  ['Failed', 'failed'],
])('a Job that is %s has ended', (type, state) => {
  expect(jobEnd(job(type))).toEqual({ state, why: 'DeadlineExceeded: too long', endedBy: 'deadline' })
})

test.each([
  ['job-done', { state: 'complete' }],
  ['job-exits', { state: 'failed', why: expect.stringContaining('BackoffLimitExceeded') }],
  ['job-late', { state: 'failed', endedBy: 'deadline' }],
])('%s of a real cluster has ended as it says', (name, end) => {
  expect(captured(name, 'Job').map(jobEnd)).toMatchObject([end])
})

test('a Job that runs, is only about to end or has no status has not ended', () => {
  expect(jobEnd(sample('Job'))).toBeNull()
  expect(jobEnd(job('FailureTarget'))).toBeNull()
  expect(jobEnd(job('Complete', 'False'))).toBeNull()
})

const pod = (state: unknown, conditions: readonly unknown[] = []) =>
  sample('Pod', { name: 'orders-1', status: { conditions, containerStatuses: [{ name: 'server', state }] } })
const waiting = (reason: string) => pod({ waiting: { reason, message: 'said' } })

test.each([
  ['ImagePullBackOff', 20],
  ['ErrImagePull', 20],
  ['InvalidImageName', 0],
  ['CreateContainerConfigError', 10],
])('a container that waits for %s is waited for %d s', (reason, patienceSeconds) => {
  const why = `container "server" of orders-1 waits: ${reason}: said`
  expect(jobTrouble([waiting(reason)], [])).toEqual({ why, patienceSeconds })
})

test('a pull that no waiting will mend is not waited for', () => {
  const message = 'rpc error: code = NotFound desc = failed to resolve reference: not found'
  expect(jobTrouble([pod({ waiting: { reason: 'ErrImagePull', message } })], [])?.patienceSeconds).toBe(0)
})

test('a container that is being created, runs or has ended is no trouble', () => {
  const pods = [waiting('ContainerCreating'), pod({ running: {} }), pod({ terminated: { exitCode: 1 } })]
  expect(jobTrouble(pods, [])).toBeNull()
})

test('a pod without a node may get one until the deadline', () => {
  const unscheduled = pod({}, [{ type: 'PodScheduled', status: 'False', message: '0/1 nodes' }])
  expect(jobTrouble([unscheduled], [])).toEqual({ why: 'orders-1 has no node: 0/1 nodes', patienceSeconds: null })
})

test('where no pod appears the event says why; where one did, the event is over', () => {
  const event = sample('Event', { reason: 'FailedCreate', message: 'exceeded quota: small' })
  expect(jobTrouble([], [event])?.why).toBe('no pod appeared: exceeded quota: small')
  expect(jobTrouble([], [])).toBeNull()
  expect(jobTrouble([pod({ running: {} })], [event])).toBeNull()
})

test('how a container ended is told only where it ended badly', () => {
  expect(containerEnds(pod({ terminated: { exitCode: 137, reason: 'OOMKilled' } }))).toEqual([
    'container "server" of orders-1 exited 137 (OOMKilled)',
  ])
  expect(containerEnds(pod({ terminated: { exitCode: 0 } }))).toEqual([])
})

test('only a container that ran has a log', () => {
  const pods = [pod({ running: {} }), pod({ terminated: { exitCode: 0 } }), waiting('ErrImagePull')]
  expect(pods.map(hasStarted)).toEqual([true, true, false])
})
