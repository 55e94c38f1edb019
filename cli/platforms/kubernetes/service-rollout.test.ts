import { describe, expect, test } from 'vitest'
import { parseDeployment } from './deployment-facts.ts'
import { type PodFacts, parsePod } from './pod-facts.ts'
import { createServiceRollout } from './service-rollout.ts'
import { captured } from './testing/captured-objects.ts'

const image = 'registry.example:5000/node:24'
const at = (now: number) => ({ now, serverNow: null })

const podOf = (name: string): PodFacts => {
  const pod = captured(name, 'Pod').map(parsePod)[0]
  if (pod === undefined || pod === null) throw new Error(`${name} has no pod`)
  return pod
}
const liveOf = (name: string) => {
  const live = captured(name, 'Deployment').map(parseDeployment)[0]
  if (live === undefined || live === null) throw new Error(`${name} has no Deployment`)
  return live
}
const rolloutOf = (service: string, template = 'wanted') =>
  createServiceRollout({ wanted: { service, name: service, template, image }, restartsBefore: new Map() })

describe('which pods count', () => {
  test('those of the wanted template and of the Deployment’s own ReplicaSet', () => {
    const rollout = rolloutOf('healthy')
    rollout.deploymentChanged(liveOf('healthy'))
    const pod = podOf('healthy')
    rollout.podChanged(pod, at(0))
    rollout.podChanged({ ...pod, uid: 'old', template: 'before' }, at(0))
    rollout.podChanged({ ...pod, uid: 'job', replicaSet: null }, at(0))
    const { instances, desired, unfinished } = rollout.observation(at(1))
    expect(instances.map(({ name }) => name)).toEqual([pod.name])
    expect(desired).toBe(1)
    expect(unfinished).toBe('1 pod of another template still serves')
  })

  test('one that is ending does not, and says so when it does not go', () => {
    const [stuck, other] = captured('finalizer', 'Pod').flatMap((object) => parsePod(object) ?? [])
    if (stuck === undefined || other === undefined) throw new Error('two pods were captured')
    const rollout = rolloutOf('finalizer')
    rollout.deploymentChanged(liveOf('finalizer'))
    rollout.podChanged(stuck, at(0))
    rollout.podChanged(other, at(0))
    const { instances, notes } = rollout.observation({ now: 0, serverNow: (stuck.endsBy ?? 0) + 40_000 })
    expect(instances.map(({ name }) => name)).toEqual([other.name])
    expect(notes).toEqual([`${stuck.name} should have been gone 40 s ago (finalizer shopctl.dev/hold)`])
  })

  test('one that was evicted does not, and is the reason while none is in its place', () => {
    const rollout = rolloutOf('healthy')
    rollout.deploymentChanged(liveOf('healthy'))
    const evicted = { ...podOf('healthy'), phase: 'Failed', phaseReason: 'Evicted', phaseMessage: 'low on memory' }
    rollout.podChanged(evicted, at(0))
    const { instances, condition } = rollout.observation(at(0))
    expect(instances).toEqual([])
    expect(condition?.reason).toBe('Evicted')
    rollout.podChanged({ ...podOf('healthy'), uid: 'next' }, at(0))
    expect(rollout.observation(at(0)).condition).toBeUndefined()
  })
})

describe('the Deployment as a whole', () => {
  test.each([
    ['quota', 'exceeded quota: none, requested: pods=1, used: pods=0, limited: pods=0'],
    ['admission', 'violates PodSecurity "restricted:latest"'],
  ])('%s: no pod ever appears, and the condition says why, since when it was first seen', (name, words) => {
    const rollout = rolloutOf(name)
    rollout.deploymentChanged(liveOf(name))
    const { condition } = rollout.observation(at(7))
    expect(condition?.reason).toBe('FailedCreate')
    expect(condition?.message).toContain(words)
    expect(rollout.observation(at(5000)).condition?.since).toBe(7)
  })

  test('a changed pod template names who changed it, although labels and image are ours', () => {
    const rollout = rolloutOf('edited')
    const read = liveOf('edited')
    const watched = { ...read, templateChangedBy: null, replicasChangedBy: null }
    rollout.deploymentChanged({ ...watched, fingerprint: 'as it was applied' })
    expect(rollout.lacksName()).toBe(false)
    rollout.deploymentChanged(watched)
    expect(rollout.lacksName()).toBe(true)
    rollout.changedBy(read)
    const message =
      'kubectl-set (2026-11-22T16:47:30Z) changed the pods of Deployment edited while it was being watched'
    expect(rollout.observation(at(0)).condition).toMatchObject({ reason: 'ChangedByOthers', message })
    rollout.deploymentChanged({ ...watched, unseen: true })
    expect(rollout.observation(at(0)).condition).toMatchObject({ message })
  })

  test('a read that comes after a newer change is of no use, and changes nothing', () => {
    const rollout = rolloutOf('edited')
    const read = liveOf('edited')
    const newer = { ...read, fingerprint: 'newer', desired: 0, templateChangedBy: null, replicasChangedBy: null }
    rollout.deploymentChanged({ ...read, fingerprint: 'as it was applied' })
    rollout.deploymentChanged(newer)
    rollout.changedBy(read)
    expect(rollout.observation(at(0))).toMatchObject({ desired: 0 })
    expect(rollout.observation(at(0)).condition?.message).toMatch(/^another hand/)
  })

  test('a pod template that was changed before the first look is known by what was applied', () => {
    const wanted = { service: 'edited', name: 'edited', template: 'wanted', image }
    const rollout = createServiceRollout({ wanted, restartsBefore: new Map(), fingerprint: 'as it was applied' })
    rollout.deploymentChanged(liveOf('edited'))
    expect(rollout.observation(at(0)).condition?.reason).toBe('ChangedByOthers')
  })

  test('a change of the number of pods is not a change of what they are', () => {
    const rollout = rolloutOf('scaled')
    rollout.deploymentChanged(liveOf('scaled'))
    expect(rollout.observation(at(0))).toMatchObject({ desired: 2 })
    expect(rollout.observation(at(0)).condition).toBeUndefined()
  })

  test('none at all is a condition', () => {
    expect(rolloutOf('healthy').observation(at(0)).condition?.reason).toBe('DeploymentGone')
  })

  test('one that its controller has not seen yet is not finished', () => {
    const rollout = rolloutOf('healthy')
    rollout.deploymentChanged({ ...liveOf('healthy'), unseen: true })
    expect(rollout.observation(at(0)).unfinished).toContain('has not seen the change yet')
  })
})

describe('being ready', () => {
  const readySince = (...pods: readonly PodFacts[]) => {
    const rollout = rolloutOf('healthy')
    for (const [index, pod] of pods.entries()) rollout.podChanged(pod, at(index * 1000))
    return rollout.observation(at(9000)).instances[0]?.readySince
  }

  test('counts from when it was seen', () => {
    expect(readySince(podOf('healthy'), podOf('healthy'))).toBe(0)
  })

  test('begins again with a restart, although "not ready" was never said', () => {
    expect(readySince(podOf('healthy'), { ...podOf('healthy'), restarts: 1 })).toBe(1000)
  })

  test('begins again where it was broken and mended between two looks', () => {
    const pod = podOf('healthy')
    expect(readySince(pod, { ...pod, readyAt: (pod.readyAt ?? 0) + 2000 })).toBe(1000)
  })

  test('long before the first look is credited, less what two clocks may differ', () => {
    const rollout = rolloutOf('healthy')
    const pod = podOf('healthy')
    rollout.podChanged(pod, { now: 100_000, serverNow: (pod.readyAt ?? 0) + 60_000 })
    expect(rollout.observation(at(100_000)).instances[0]?.readySince).toBe(50_000)
  })

  test('a clock that is ahead of the server credits nothing', () => {
    const rollout = rolloutOf('healthy')
    const pod = podOf('healthy')
    rollout.podChanged(pod, { now: 100_000, serverNow: (pod.readyAt ?? 0) - 60_000 })
    expect(rollout.observation(at(100_000)).instances[0]?.readySince).toBe(100_000)
  })
})

test('of 300 pods one event makes one observation anew, and the others stay the same objects', () => {
  const rollout = rolloutOf('healthy')
  const pod = podOf('healthy')
  for (let index = 0; index < 300; index += 1) rollout.podChanged({ ...pod, uid: `pod-${index}` }, at(0))
  const before = rollout.observation(at(0)).instances
  for (let event = 0; event < 50; event += 1) {
    rollout.podChanged({ ...pod, uid: 'pod-7', restarts: event }, at(event))
    const after = rollout.observation(at(event)).instances
    expect(after).toHaveLength(300)
    expect(after.filter((instance, index) => instance !== before[index])).toHaveLength(1)
  }
  // Without an event nothing is made at all.
  expect(rollout.observation(at(60)).instances).toBe(rollout.observation(at(61)).instances)
})
