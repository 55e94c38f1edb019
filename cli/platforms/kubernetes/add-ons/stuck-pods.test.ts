import { describe, expect, test } from 'vitest'
import type { KubeObject } from '../kube-client.ts'
import { type PodFacts, parsePod } from '../pod-facts.ts'
import { stuckPods } from './stuck-pods.ts'

const start = Date.parse('2026-01-01T00:00:00Z')
const after = (seconds: number) => start + seconds * 1000
const time = (seconds: number) => new Date(after(seconds)).toISOString()

const labels = (template: string) => ({ 'shopctl.dev/service': 'elasticsearch', 'shopctl.dev/template': template })

const workload = (kind: string, replicas: number): KubeObject => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name: 'elasticsearch', namespace: 'logging', labels: labels('new') },
  spec: { replicas, template: { metadata: { labels: labels('new') } } },
})

type PodState = {
  readonly state: 'ready' | 'unready' | 'never-ran' | 'ending'
  /** Of its last change, in seconds. */
  readonly since: number
  readonly template?: 'old' | 'new'
}

const pod = ({ state, since, template = 'old' }: PodState, ordinal: number): PodFacts => {
  const ready = state === 'ready' ? 'True' : 'False'
  const running = { name: 'elasticsearch', ready: true, restartCount: 0, state: { running: {} } }
  const waiting = { ...running, state: { waiting: { reason: 'ImagePullBackOff' } } }
  const parsed = parsePod({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `elasticsearch-${ordinal}`,
      uid: String(ordinal),
      labels: labels(template),
      creationTimestamp: time(-3600),
      ...(state === 'ending' ? { deletionTimestamp: time(since) } : {}),
    },
    spec: { containers: [{ name: 'elasticsearch', image: 'e:1' }] },
    status: {
      conditions: [{ type: 'Ready', status: ready, lastTransitionTime: time(since) }],
      containerStatuses: [state === 'never-ran' ? waiting : running],
    },
  })
  if (parsed === null) throw new Error('no pod')
  return parsed
}

const stuckOf = (at: number, ...states: readonly PodState[]): readonly string[] =>
  stuckPods([workload('StatefulSet', states.length)], states.map(pod), after(at)).map(({ name }) => name)

const ready: PodState = { state: 'ready', since: 0 }
const unready: PodState = { state: 'unready', since: 0 }
const neverRan: PodState = { state: 'never-ran', since: 0 }

describe('a pod of before that is in the way of a StatefulSet', () => {
  test('is one that has been unready for a minute, and not one that is so at a single look', () => {
    expect(stuckOf(59, unready)).toEqual([])
    expect(stuckOf(60, unready)).toEqual(['elasticsearch-0'])
  })

  test('is at once one that never ran: nobody misses it', () => {
    expect(stuckOf(0, neverRan)).toEqual(['elasticsearch-0'])
  })

  test('is none of those that are ready, nor of the newest, nor of a Deployment', () => {
    expect(stuckOf(600, ready)).toEqual([])
    expect(stuckOf(600, { ...unready, template: 'new' })).toEqual([])
    expect(stuckPods([workload('Deployment', 1)], [pod(unready, 0)], after(600))).toEqual([])
  })
})

describe('of three', () => {
  test('the one goes while all others serve', () => {
    expect(stuckOf(60, ready, unready, ready)).toEqual(['elasticsearch-1'])
  })

  test('none goes while another one is unready too, is ending or is not there: the quorum would be gone', () => {
    expect(stuckOf(600, ready, unready, unready)).toEqual([])
    expect(stuckOf(600, unready, ready, { state: 'ending', since: 0 })).toEqual([])
    const [first, second] = [pod(ready, 0), pod(unready, 1)]
    expect(stuckPods([workload('StatefulSet', 3)], [first, second], after(600))).toEqual([])
  })

  test('where none has served for a minute, one after the other goes', () => {
    expect(stuckOf(600, unready, unready, unready)).toEqual(['elasticsearch-0'])
    const replaced: PodState = { state: 'unready', since: 590, template: 'new' }
    expect(stuckOf(600, replaced, unready, unready)).toEqual([])
    expect(stuckOf(650, replaced, unready, unready)).toEqual(['elasticsearch-1'])
  })
})
