import { expect, test } from 'vitest'
import { firstPullFailure, type PodSighting, parsePodSighting, readyTimes, timeOfEnd } from './pod-sightings.ts'

const pod = (status: object, metadata: object = {}) => ({
  metadata: { name: 'orders-1', ...metadata },
  spec: { containers: [{ image: 'new' }] },
  status,
})

const container = (restartCount: number, state: object, lastState: object = {}) => ({
  containerStatuses: [{ restartCount, state, lastState }],
})
const seen = (...statuses: readonly object[]): readonly PodSighting[] =>
  statuses.map((status, index) => parsePodSighting(pod(status), index))

test('a pod is ready when the cluster says so and it is not on its way out', () => {
  const ready = { conditions: [{ type: 'Ready', status: 'True' }] }
  expect(readyTimes(seen({}, ready, ready), new Set(['new']))).toEqual([1])
  expect(readyTimes(seen(ready), new Set(['old']))).toEqual([])
  expect(parsePodSighting(pod(ready, { deletionTimestamp: 'now' }), 0).ready).toBe(false)
})

test('an end counts when it is seen and stays counted when the container runs again', () => {
  const sightings = seen(
    container(0, { running: {} }),
    container(0, { terminated: { exitCode: 1 } }),
    container(1, { running: {} }, { terminated: { exitCode: 1 } }),
    container(1, { waiting: { reason: 'CrashLoopBackOff' } }, { terminated: { exitCode: 1 } }),
  )
  expect([1, 2].map((ends) => timeOfEnd(sightings, 'new', ends))).toEqual([1, 3])
})

test('an image that does not come is seen by the first word for it', () => {
  const reasons = ['ContainerCreating', 'ErrImagePull', 'ImagePullBackOff']
  const sightings = seen(...reasons.map((reason) => container(0, { waiting: { reason } })))
  expect(firstPullFailure(sightings, 'new')).toBe(1)
  expect(firstPullFailure(sightings, 'old')).toBeNaN()
})
