import { describe, expect, test } from 'vitest'
import { instanceVerdict } from '../../health/instance-verdict.ts'
import { healthPolicies } from '../../health/policy.ts'
import { eventFindings, parseEvent } from './event-facts.ts'
import { type PodFacts, parsePod } from './pod-facts.ts'
import { nextHistory } from './pod-history.ts'
import { observePod, type PodFindings } from './pod-observation.ts'
import { captured } from './testing/captured-objects.ts'

const policy = healthPolicies.dev
if (policy === undefined) throw new Error('dev has no policy')

const onlyPod = (name: string): PodFacts => {
  const [object] = captured(name, 'Pod')
  const pod = object === undefined ? null : parsePod(object)
  if (pod === null) throw new Error(`${name} has no pod`)
  return pod
}

const eventsOf = (name: string) => eventFindings(captured(name, 'Event').flatMap((event) => parseEvent(event) ?? []))

const observed = (name: string, findings: Partial<PodFindings> = {}) => {
  const pod = onlyPod(name)
  const history = nextHistory(undefined, pod, { now: 0, serverNow: null })
  const asked = { events: eventsOf(name), answer: null, missing: [], ...findings }
  return observePod(pod, { history, findings: asked, restartsBefore: 0 })
}

const judged = (name: string, atSeconds: number, findings: Partial<PodFindings> = {}) => {
  const asked = { now: atSeconds * 1000, watchedSince: 0, policy, stabilitySeconds: 5 }
  const { state, reason } = instanceVerdict(observed(name, findings), asked)
  // Names of pods end in letters that were drawn by lot.
  return `${state}: ${reason.replace(onlyPod(name).name, 'the pod')}`
}

const host = 'registry.example:5000'

describe('what a real cluster says becomes a sentence and a verdict', () => {
  const cases: readonly [name: string, atSeconds: number, verdict: string][] = [
    ['healthy', 5, 'healthy: the pod is ready'],
    ['being-created', 200, 'progressing: the pod is being started: its container is being created'],
    ['image-not-found', 0, `unhealthy: the pod cannot start: ImageNotFound: ${host}/node:nope: not found`],
    ['image-back-off', 0, `unhealthy: the pod cannot start: ImageNotFound: ${host}/node:nope: not found`],
    [
      'digest-not-found',
      0,
      `unhealthy: the pod cannot start: ImageNotFound: ${host}/node@sha256:${'0'.repeat(64)}: not found`,
    ],
    [
      'invalid-image-name',
      0,
      'unhealthy: the pod cannot start: InvalidImageName: invalid reference format: repository name (UPPER) must be lowercase',
    ],
    [
      'registry-login',
      0,
      `unhealthy: the pod cannot start: RegistryLoginRefused: ${host}/shop/users:1: pulling from host ${host} failed with status code [manifests 1]: 401 Unauthorized`,
    ],
    [
      'registry-forbidden',
      0,
      `unhealthy: the pod cannot start: RegistryLoginRefused: ${host}/shop/users:1: pulling from host ${host} failed with status code [manifests 1]: 403 Forbidden`,
    ],
    [
      'registry-throttled',
      20,
      `progressing: the pod waits: PullThrottled: ${host}/shop/users:1: pulling from host ${host} failed with status code [manifests 1]: 429 Too Many Requests`,
    ],
    [
      'registry-throttled',
      21,
      `unhealthy: the pod has waited 21.0 s: PullThrottled: ${host}/shop/users:1: pulling from host ${host} failed with status code [manifests 1]: 429 Too Many Requests`,
    ],
    [
      'registry-broken',
      20,
      `progressing: the pod waits: PullFailed: ${host}/shop/users:1: pulling from host ${host} failed with status code [manifests 1]: 500 Internal Server Error`,
    ],
    [
      'registry-away',
      20,
      `progressing: the pod waits: PullFailed: ${host}/shop/users:1: failed to do request: Head "http://${host}/v2/shop/users/manifests/1": dial tcp 127.0.0.1:5996: connect: connection refused`,
    ],
    [
      'registry-unknown-host',
      20,
      'progressing: the pod waits: PullFailed: registry.invalid/shop/users:1: failed to do request: Head "https://registry.invalid/v2/shop/users/manifests/1": dial tcp: lookup registry.invalid on 10.0.0.2:53: no such host',
    ],
    ['pull-rate-of-the-kubelet', 20, `progressing: the pod waits: PullThrottled: ${host}/node:24: pull QPS exceeded`],
    ['exit-one', 0, 'unhealthy: the pod exited with code 1 after 1 s (it ended twice)'],
    [
      'exit-zero',
      0,
      'unhealthy: the pod exited with code 0 after 1 s; a service is expected to keep running (it ended twice)',
    ],
    [
      'out-of-memory',
      0,
      'unhealthy: the pod was killed by SIGKILL after 1 s: it ran out of memory (its limit is 96Mi) (it ended twice)',
    ],
    [
      'no-such-command',
      0,
      'unhealthy: the pod ended without having started: failed to create containerd task: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "/no/such/program": stat /no/such/program: no such file or directory: unknown (it ended twice)',
    ],
    [
      'readiness-fails',
      30,
      'progressing: the pod is not ready: Readiness probe failed: HTTP probe failed with statuscode: 503',
    ],
    [
      'readiness-fails',
      31,
      'unhealthy: the pod is not ready after 31.0 s: Readiness probe failed: HTTP probe failed with statuscode: 503',
    ],
    [
      'readiness-refused',
      31,
      'unhealthy: the pod is not ready after 31.0 s: Readiness probe failed: Get "http://10.244.0.16:8080/health?check=ready": dial tcp 10.244.0.16:8080: connect: connection refused',
    ],
    [
      'liveness-fails',
      0,
      'unhealthy: the pod was killed by SIGKILL after 4 s: the kubelet ended it: Liveness probe failed: HTTP probe failed with statuscode: 500 (it ended 3 times)',
    ],
    [
      'startup-fails',
      0,
      'unhealthy: the pod was killed by SIGKILL after 4 s: the kubelet ended it: Startup probe failed: HTTP probe failed with statuscode: 500 (it ended 3 times)',
    ],
    [
      'config-map-missing',
      20,
      'progressing: the pod waits: CreateContainerConfigError: configmap "no-such-settings" not found',
    ],
    [
      'secret-volume-missing',
      20,
      'progressing: the pod waits: VolumeNotMounted: MountVolume.SetUp failed for volume "secrets" : secret "no-such-secret" not found',
    ],
    [
      'volume-not-mounted',
      21,
      'unhealthy: the pod has waited 21.0 s: VolumeNotMounted: MountVolume.SetUp failed for volume "data" : hostPath type check failed: /no/such/path is not a directory',
    ],
    ['unschedulable', 20, 'progressing: the pod waits: Unschedulable: 0/1 nodes are available: 1 Insufficient cpu'],
    [
      'unschedulable',
      21,
      'unhealthy: the pod has waited 21.0 s: Unschedulable: 0/1 nodes are available: 1 Insufficient cpu',
    ],
  ]
  test.each(cases)('%s after %d s', (name, atSeconds, verdict) => {
    expect(judged(name, atSeconds)).toBe(verdict)
  })
})

describe('what was asked beside the pod', () => {
  test('settings that are known not to exist are final, for a variable', () => {
    const missing = [{ kind: 'ConfigMap', name: 'no-such-settings', key: null } as const]
    expect(judged('config-map-missing', 0, { missing })).toBe(
      'unhealthy: the pod cannot start: MissingSettings: ConfigMap no-such-settings does not exist',
    )
  })

  test('and for a volume', () => {
    const missing = [{ kind: 'Secret', name: 'no-such-secret', key: null } as const]
    expect(judged('secret-volume-missing', 0, { missing })).toBe(
      'unhealthy: the pod cannot start: MissingSettings: Secret no-such-secret does not exist',
    )
  })

  test('what the pod itself answers is more than what the kubelet says of it', () => {
    const answer = 'GET /health?check=ready answered 503 (database: down)'
    expect(judged('readiness-fails', 31, { answer })).toBe(
      'unhealthy: the pod is not ready after 31.0 s: GET /health?check=ready answered 503 (database: down)',
    )
  })
})

describe('what is counted', () => {
  test('restarts from before the release was applied are not', () => {
    const pod = onlyPod('liveness-fails')
    const history = nextHistory(undefined, pod, { now: 0, serverNow: null })
    const findings = { events: null, answer: null, missing: [] }
    expect(observePod(pod, { history, findings, restartsBefore: 0 }).restarts).toBe(pod.restarts)
    expect(observePod(pod, { history, findings, restartsBefore: pod.restarts }).restarts).toBe(0)
  })

  test('running out of memory says what to do', () => {
    expect(observed('out-of-memory').advice).toContain('memory limit')
  })

  test('settings that a pod names are known by kind, name and key', () => {
    expect(onlyPod('config-map-key-missing').settings).toEqual([
      { kind: 'ConfigMap', name: 'some-settings', key: 'gone' },
    ])
    expect(onlyPod('secret-volume-missing').settings).toEqual([{ kind: 'Secret', name: 'no-such-secret', key: null }])
  })
})
