import { describe, expect, test } from 'vitest'
import type { InstanceObservation } from '../../../health/observation.ts'
import type { KubeObject } from '../kube-client.ts'
import { type PodFacts, parsePod } from '../pod-facts.ts'
import { createMemoryKubeClient } from '../testing/memory-kube-client.ts'
import { addOnsObserver, observeWorkload, withLastWords } from './observe-add-ons.ts'

const labels = (template: string) => ({ 'shopctl.dev/service': 'prometheus', 'shopctl.dev/template': template })

const workload = (kind: string, status: object = {}): KubeObject => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name: 'prometheus', namespace: 'monitoring', labels: labels('new'), generation: 2 },
  spec: { replicas: 1, template: { metadata: { labels: labels('new') } } },
  status: { observedGeneration: 2, ...status },
})

const podObject = (template: string, ready: boolean, status: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: `prometheus-${template}`,
    namespace: 'monitoring',
    uid: template,
    labels: { ...labels(template), 'app.kubernetes.io/component': 'add-on' },
    creationTimestamp: '2026-01-01T00:00:00Z',
  },
  spec: { containers: [{ name: 'prometheus', image: 'p:1' }] },
  status: { conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }], ...status },
})

const pod = (template: string, ready: boolean, status: object = {}): PodFacts => {
  const parsed = parsePod(podObject(template, ready, status))
  if (parsed === null) throw new Error('no pod')
  return parsed
}

const observe = ({ name, ready }: PodFacts): InstanceObservation => ({ name, state: 'running', ready, restarts: 0 })
const looking = (...pods: readonly PodFacts[]) => ({ pods, observe })

describe('a workload', () => {
  test('counts the pods of its newest template only, and waits for those of before to go', () => {
    const live = workload('Deployment')
    expect(observeWorkload(live, live, looking(pod('old', true), pod('new', true)))).toEqual({
      service: 'prometheus',
      desired: 1,
      instances: [{ name: 'prometheus-new', state: 'running', ready: true, restarts: 0 }],
      unfinished: '1 of its pods are still as they were',
    })
  })

  test('that the cluster has not looked at yet is not done, whatever its pods say', () => {
    const live = workload('StatefulSet', { observedGeneration: 1 })
    expect(observeWorkload(live, live, looking(pod('new', true)))).toMatchObject({
      unfinished: 'the cluster has not looked at it yet',
    })
  })

  test('on every node wants as many as there are nodes for it', () => {
    const live = workload('DaemonSet', { desiredNumberScheduled: 3 })
    expect(observeWorkload(live, live, looking())).toMatchObject({ desired: 3, instances: [] })
  })

  test('that somebody deleted is said so', () => {
    expect(observeWorkload(null, workload('Deployment'), looking())).toMatchObject({
      condition: { reason: 'ChangedByOthers', message: 'it is gone' },
    })
  })

  test('that ends is done when it has ended well, and failed with its reason', () => {
    const complete = workload('Job', { conditions: [{ type: 'Complete', status: 'True', reason: '', message: '' }] })
    expect(observeWorkload(complete, complete, looking())).toEqual({ service: 'prometheus', desired: 0, instances: [] })
    const failed = workload('Job', {
      conditions: [{ type: 'Failed', status: 'True', reason: 'BackoffLimitExceeded', message: 'too often' }],
    })
    expect(observeWorkload(failed, failed, looking())).toMatchObject({
      condition: { reason: 'JobFailed', message: 'BackoffLimitExceeded: too often' },
    })
    const atWork = workload('Job')
    expect(observeWorkload(atWork, atWork, looking(pod('new', false)))).toMatchObject({
      unfinished: expect.any(String),
    })
  })
})

test('how a program ended is told with the last that it said', () => {
  const ended = pod('new', false, {
    containerStatuses: [
      {
        name: 'prometheus',
        ready: false,
        restartCount: 1,
        lastState: { terminated: { exitCode: 2, message: 'starting\nError loading config: line 26\n' } },
      },
    ],
  })
  const observed: InstanceObservation = {
    name: 'prometheus-0',
    state: 'exited',
    ready: false,
    restarts: 1,
    exit: { code: 2, signal: null, at: 0 },
  }
  expect(withLastWords(observed, ended).exit?.cause).toBe('its last words: Error loading config: line 26')
  expect(withLastWords(observed, pod('new', false))).toBe(observed)
})

test('a look ends the pod of before that has been in the way for long, and leaves the one that just became unready', async () => {
  const signal = AbortSignal.timeout(10_000)
  const client = createMemoryKubeClient()
  const wanted = workload('StatefulSet')
  await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'monitoring' } }, signal)
  await client.create(wanted, signal)
  const pods = () => client.objects('Pod').map(({ metadata }) => metadata.name)
  const look = addOnsObserver({ client, wanted: async () => [wanted] })
  const put = (unreadySeconds: number) => {
    const lastTransitionTime = new Date(Date.now() - unreadySeconds * 1000).toISOString()
    const since = { conditions: [{ type: 'Ready', status: 'False', lastTransitionTime }] }
    const running = { name: 'prometheus', ready: false, restartCount: 0, state: { running: {} } }
    return client.create(podObject('old', false, { ...since, containerStatuses: [running] }), signal)
  }

  await put(1)
  await look(signal)
  expect(pods()).toEqual(['prometheus-old'])

  await client.delete({ apiVersion: 'v1', kind: 'Pod', name: 'prometheus-old', namespace: 'monitoring' }, signal)
  await put(120)
  await look(signal)
  expect(pods()).toEqual([])
})
