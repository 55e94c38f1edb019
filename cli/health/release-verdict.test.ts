import { describe, expect, test } from 'vitest'
import type { InstanceObservation, ReleaseObservation, ServiceObservation } from './observation.ts'
import type { HealthPolicy } from './policy.ts'
import { type GateContext, releaseVerdict } from './release-verdict.ts'

const policy: HealthPolicy = {
  restartsTolerated: 1,
  slowStartSeconds: 10,
  stabilitySeconds: 6,
  provenStabilitySeconds: 1,
  waitingSeconds: 20,
  outOfTouchSeconds: 5,
  deadlineSeconds: 60,
}

const ready: InstanceObservation = {
  name: 'orders-a',
  state: 'running',
  startedAt: 0,
  ready: true,
  readySince: 0,
  restarts: 0,
}
const starting: InstanceObservation = { name: 'orders-a', state: 'running', startedAt: 0, ready: false, restarts: 0 }

const orders = (...instances: InstanceObservation[]): ServiceObservation => ({
  service: 'orders',
  desired: 1,
  instances,
})

const at = (atSeconds: number, services: ServiceObservation[]): ReleaseObservation => ({
  at: atSeconds * 1000,
  services,
  inTouch: true,
})

const context = (changes: Partial<GateContext> = {}): GateContext => ({
  policy,
  startedAt: 0,
  lastContactAt: 0,
  proven: new Set(),
  ...changes,
})

describe('what is seen and what is decided', () => {
  const cases: readonly {
    title: string
    atSeconds: number
    services: ServiceObservation[]
    state: string
    reason?: string
    changes?: Partial<GateContext>
  }[] = [
    { title: 'ready for the whole window is healthy', atSeconds: 6, services: [orders(ready)], state: 'healthy' },
    {
      title: 'ready, but not for long enough, goes on',
      atSeconds: 5.9,
      services: [orders(ready)],
      state: 'progressing',
      reason: 'orders-a is ready; it must stay so for 6 s',
    },
    {
      title: 'what has succeeded before needs the shorter window only',
      atSeconds: 1,
      services: [orders(ready)],
      state: 'healthy',
      changes: { proven: new Set(['orders']) },
    },
    {
      title: 'a readiness that broke and came back starts the window again',
      atSeconds: 8,
      services: [orders({ ...ready, readySince: 4000 })],
      state: 'progressing',
    },
    {
      title: 'a slow start within its grace goes on',
      atSeconds: 10,
      services: [orders({ ...starting, probeFailure: 'GET /health?check=ready answered 503 (database: down)' })],
      state: 'progressing',
      reason: 'orders-a is not ready: GET /health?check=ready answered 503 (database: down)',
    },
    {
      title: 'never ready past the grace is unhealthy, in the words of the probe',
      atSeconds: 10.1,
      services: [orders({ ...starting, probeFailure: 'nothing listens on port 4100' })],
      state: 'unhealthy',
      reason: 'orders-a is not ready after 10.1 s: nothing listens on port 4100',
    },
    {
      title: 'one that has run for long has its grace from the beginning of the gate: it was not asked before',
      atSeconds: 310,
      services: [orders(starting)],
      state: 'progressing',
      changes: { startedAt: 300_000 },
    },
    {
      title: 'one that has run for long and does not answer is unhealthy when that grace is over',
      atSeconds: 310.1,
      services: [orders(starting)],
      state: 'unhealthy',
      reason: 'orders-a is not ready after 10.1 s: its readiness probe has not passed yet',
      changes: { startedAt: 300_000 },
    },
    {
      title: 'a first end is tolerated where the policy tolerates one',
      atSeconds: 1,
      services: [orders({ ...starting, state: 'exited', exit: { code: 1, signal: null, at: 400 } })],
      state: 'progressing',
      reason: 'orders-a exited with code 1 after 0.4 s',
    },
    {
      title: 'an end where none is tolerated is unhealthy at once',
      atSeconds: 0.5,
      services: [orders({ ...starting, state: 'exited', exit: { code: 1, signal: null, at: 400 } })],
      state: 'unhealthy',
      reason: 'orders-a exited with code 1 after 0.4 s',
      changes: { policy: { ...policy, restartsTolerated: 0 } },
    },
    {
      title: 'leaving with code 0 is an end too',
      atSeconds: 0.5,
      services: [orders({ ...starting, state: 'exited', exit: { code: 0, signal: null, at: 100 } })],
      state: 'unhealthy',
      reason: 'orders-a exited with code 0 after 0.1 s; a service is expected to keep running',
      changes: { policy: { ...policy, restartsTolerated: 0 } },
    },
    {
      title: 'a signal is named',
      atSeconds: 2,
      services: [orders({ ...ready, state: 'exited', restarts: 1, exit: { code: null, signal: 'SIGKILL', at: 1500 } })],
      state: 'unhealthy',
      reason: 'orders-a was killed by SIGKILL after 1.5 s (it ended twice)',
    },
    {
      title: 'restarts count although the instance is ready again',
      atSeconds: 30,
      services: [orders({ ...ready, restarts: 2 })],
      state: 'unhealthy',
    },
    {
      title: 'an image that cannot exist is unhealthy at once',
      atSeconds: 0.1,
      services: [
        orders({ ...starting, state: 'waiting', reason: 'InvalidImageName', message: 'cannot parse "orders@"' }),
      ],
      state: 'unhealthy',
      reason: 'orders-a cannot start: InvalidImageName: cannot parse "orders@"',
    },
    {
      title: 'a pull that may yet succeed is waited for',
      atSeconds: 20,
      services: [orders({ ...starting, state: 'waiting', reason: 'ErrImagePull', message: 'connection reset' })],
      state: 'progressing',
    },
    {
      title: 'a pull that does not succeed in time is unhealthy',
      atSeconds: 21,
      services: [orders({ ...starting, state: 'waiting', reason: 'ErrImagePull', message: 'not found' })],
      state: 'unhealthy',
      reason: 'orders-a has waited 21.0 s: ErrImagePull: not found',
    },
    {
      title: 'a wait that has no beginning of its own is counted from the beginning of the gate',
      atSeconds: 21,
      services: [
        orders({
          name: 'orders-a',
          state: 'waiting',
          ready: false,
          restarts: 0,
          reason: 'Unschedulable',
          message: 'no node',
        }),
      ],
      state: 'unhealthy',
      reason: 'orders-a has waited 21.0 s: Unschedulable: no node',
    },
    {
      title: 'fewer instances than wanted go on',
      atSeconds: 30,
      services: [{ ...orders(ready), desired: 3 }],
      state: 'progressing',
      reason: 'orders waits for 2 of 3 instances',
    },
    {
      title: 'still on the way at the deadline is unknown, not unhealthy',
      atSeconds: 61,
      services: [{ ...orders(ready), desired: 3 }],
      state: 'unknown',
    },
    {
      title: 'a condition of the platform is waited for, then counts',
      atSeconds: 21,
      services: [{ ...orders(), condition: { reason: 'FailedCreate', message: 'exceeded quota' } }],
      state: 'unhealthy',
      reason: 'orders: FailedCreate: exceeded quota',
    },
    {
      title: 'an image that the registry does not have is unhealthy at once',
      atSeconds: 0.1,
      services: [
        orders({ ...starting, state: 'waiting', reason: 'ImageNotFound', message: 'orders@sha256:0 is gone' }),
      ],
      state: 'unhealthy',
      reason: 'orders-a cannot start: ImageNotFound: orders@sha256:0 is gone',
    },
    {
      title: 'what is being started is never evidence, however long it takes',
      atSeconds: 59,
      services: [orders({ ...starting, state: 'starting', message: 'pulling its image' })],
      state: 'progressing',
      reason: 'orders-a is being started: pulling its image',
    },
    {
      title: 'an instance that came late waits from when it was first seen to wait',
      atSeconds: 50,
      services: [orders({ ...starting, state: 'waiting', reason: 'PullThrottled', waitingSince: 40_000 })],
      state: 'progressing',
    },
    {
      title: 'a foreign hand is unhealthy at once and comes before what its instances do',
      atSeconds: 1,
      services: [
        {
          ...orders({ ...starting, state: 'exited', restarts: 3 }),
          condition: { reason: 'ChangedByOthers', message: 'kubectl-set changed it' },
        },
      ],
      state: 'unhealthy',
      reason: 'orders: ChangedByOthers: kubectl-set changed it',
    },
    {
      title: 'a condition is waited for from its own beginning',
      atSeconds: 50,
      services: [{ ...orders(), condition: { reason: 'FailedCreate', message: 'exceeded quota', since: 40_000 } }],
      state: 'progressing',
    },
    {
      title: 'what the platform has still to do is waited for',
      atSeconds: 10,
      services: [{ ...orders(ready), unfinished: '1 instance of an earlier release still serves' }],
      state: 'progressing',
      reason: 'orders: 1 instance of an earlier release still serves',
    },
    {
      title: 'a note explains what is not healthy',
      atSeconds: 10,
      services: [{ ...orders(), notes: ['orders-old does not go'] }],
      state: 'progressing',
      reason: 'orders waits for 1 of 1 instances; orders-old does not go',
    },
    {
      title: 'a note does not make anything unhealthy',
      atSeconds: 10,
      services: [{ ...orders(ready), notes: ['orders-old does not go'] }],
      state: 'healthy',
    },
    {
      title: 'what ended it and how long it ran are told where the platform knows them',
      atSeconds: 2,
      services: [
        orders({
          ...starting,
          state: 'exited',
          restarts: 1,
          exit: { code: null, signal: 'SIGKILL', at: 1500, after: 'after 3 s', cause: 'it ran out of memory' },
        }),
      ],
      state: 'unhealthy',
      reason: 'orders-a was killed by SIGKILL after 3 s: it ran out of memory (it ended twice)',
    },
    {
      title: 'a release without services is healthy: there is nothing to wait for',
      atSeconds: 0,
      services: [],
      state: 'healthy',
    },
  ]

  test.each(cases)('$title', ({ atSeconds, services, state, reason, changes }) => {
    const verdict = releaseVerdict(at(atSeconds, services), context({ lastContactAt: atSeconds * 1000, ...changes }))
    expect(verdict.state).toBe(state)
    if (reason !== undefined) expect(verdict.reasons).toContain(reason)
  })
})

test('one unhealthy service decides, and only it is the culprit', () => {
  const users = { ...orders({ ...ready, name: 'users-a' }), service: 'users' }
  const dead = orders({ ...starting, state: 'exited', restarts: 1, exit: { code: 1, signal: null, at: 400 } })
  const verdict = releaseVerdict(at(6, [users, dead]), context())
  expect(verdict.state).toBe('unhealthy')
  expect(verdict.culprits).toEqual(['orders'])
})

test('out of touch is unknown after its time, whatever was last seen', () => {
  const dead = orders({ ...starting, state: 'exited', restarts: 9, exit: { code: 1, signal: null, at: 400 } })
  const silent = { ...at(16, [dead]), inTouch: false, lostTouch: 'connect ECONNREFUSED' }
  expect(releaseVerdict(silent, context({ lastContactAt: 12_000 })).state).toBe('progressing')
  const verdict = releaseVerdict(silent, context({ lastContactAt: 10_000 }))
  expect(verdict.state).toBe('unknown')
  expect(verdict.culprits).toEqual([])
  expect(verdict.reasons).toEqual(['no contact for 6 s: connect ECONNREFUSED'])
})

test('what a person can do comes once, and only from what decided', () => {
  const waiting: InstanceObservation = { ...starting, state: 'waiting', reason: 'ImageNotFound', advice: 'push it' }
  const users = { ...orders({ ...waiting, name: 'users-a' }), service: 'users' }
  const catalog = { ...orders({ ...ready, advice: 'nothing' }), service: 'catalog' }
  expect(releaseVerdict(at(1, [users, orders(waiting), catalog]), context()).advice).toEqual(['push it'])
})
