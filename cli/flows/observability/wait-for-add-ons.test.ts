import { expect, test } from 'vitest'
import type { ReleaseObservation, ServiceObservation } from '../../health/observation.ts'
import { healthPolicies } from '../../health/policy.ts'
import { waitForAddOns } from './wait-for-add-ons.ts'

const policy = healthPolicies.dev
if (policy === undefined) throw new Error('dev has no policy')

const ready = (service: string): ServiceObservation => ({
  service,
  desired: 1,
  instances: [{ name: `${service}-0`, state: 'running', ready: true, readySince: 0, restarts: 0 }],
})
const starting = (service: string): ServiceObservation => ({
  service,
  desired: 1,
  instances: [{ name: `${service}-0`, state: 'starting', ready: false, restarts: 0, message: 'pulling its image' }],
})
const missing = (service: string): ServiceObservation => ({
  service,
  desired: 1,
  instances: [
    {
      name: `${service}-0`,
      state: 'waiting',
      reason: 'ImageNotFound',
      message: 'not there',
      ready: false,
      restarts: 0,
    },
  ],
})

/** Answers each look in turn, and the last of them for ever. */
const looking = (...looks: readonly (readonly ServiceObservation[])[]) => {
  let next = 0
  return async (): Promise<ReleaseObservation> => {
    const services = looks[Math.min(next++, looks.length - 1)] ?? []
    return { at: performance.now(), services, inTouch: true }
  }
}

const waiting = (look: () => Promise<ReleaseObservation>, signal: AbortSignal = new AbortController().signal) => {
  const said: string[] = []
  const done = waitForAddOns({
    environment: 'dev',
    policy,
    look,
    betweenLooksMilliseconds: 1,
    say: (message) => said.push(message),
    signal,
  })
  return { done, said }
}

test('ends when all are ready, and says meanwhile for whom it waits', async () => {
  const { done, said } = waiting(
    looking([ready('prometheus'), starting('grafana')], [ready('prometheus'), ready('grafana')]),
  )
  expect(await done).toBe(2)
  expect(said).toEqual(['1 of 2 ready; waiting for grafana', '2 of 2 ready'])
})

test('ends at once at what no wait mends, and tells everything else that is not ready too', async () => {
  const { done } = waiting(looking([ready('prometheus'), starting('kibana'), missing('grafana')]))
  await expect(done).rejects.toMatchObject({
    code: 'ADD_ONS_UNHEALTHY',
    exitCode: 4,
    why: ['grafana-0 cannot start: ImageNotFound: not there', expect.stringContaining('kibana-0 is being started')],
  })
})

test('an interrupt ends it', async () => {
  const stop = new AbortController()
  const { done } = waiting(looking([starting('grafana')]), stop.signal)
  stop.abort()
  await expect(done).rejects.toThrow()
})
