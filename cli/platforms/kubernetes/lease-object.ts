import { shopLabels } from '../../../manifests/labels.ts'
import type { LockValue } from '../../releases/stores.ts'
import { parseLockValue, renderLockValue } from '../lock-value.ts'
import { isRecord } from './is-record.ts'
import type { KubeObject } from './kube-client.ts'

/** Everything that a Lease has no field for; the fields say the same for people and other tools. */
const lockAnnotation = 'shopctl.dev/lock'

export const leaseName = 'shopctl'

/** `2026-11-22T12:00:00.000000Z`: a Lease takes exactly six digits. */
const microTime = (moment: string): string => {
  const time = new Date(moment)
  return Number.isNaN(time.getTime()) ? new Date(0).toISOString() : time.toISOString().replace('Z', '000Z')
}

const specOf = (lease: KubeObject | null): Readonly<Record<string, unknown>> =>
  lease !== null && isRecord(lease.spec) ? lease.spec : {}

const transitionsAfter = (before: KubeObject | null, value: LockValue): number => {
  const { leaseTransitions, holderIdentity } = specOf(before)
  const count = typeof leaseTransitions === 'number' && leaseTransitions >= 0 ? leaseTransitions : 0
  return before === null || value.released || holderIdentity === value.holder ? count : count + 1
}

type LeasePlace = { readonly namespace: string; readonly before: KubeObject | null }

export const renderLease = (value: LockValue, { namespace, before }: LeasePlace): KubeObject => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: {
    name: leaseName,
    namespace,
    labels: { ...before?.metadata.labels, ...shopLabels },
    annotations: { ...before?.metadata.annotations, [lockAnnotation]: renderLockValue(value).trim() },
    ...(before === null ? {} : { resourceVersion: before.metadata.resourceVersion }),
  },
  spec: {
    // Nobody, in the words of every other program that elects a leader.
    holderIdentity: value.released ? '' : value.holder,
    leaseDurationSeconds: Math.max(1, Math.ceil(value.timeToLiveSeconds)),
    acquireTime: microTime(value.since),
    renewTime: microTime(value.renewed.wall),
    leaseTransitions: transitionsAfter(before, value),
  },
})

/** The lock, also of a Lease that somebody has edited: it then belongs to nobody known, who never renews it. */
export const parseLease = (lease: KubeObject): LockValue => {
  const parsed = parseLockValue(lease.metadata.annotations?.[lockAnnotation] ?? '')
  const { holderIdentity } = specOf(lease)
  const free = holderIdentity === undefined || holderIdentity === null || holderIdentity === ''
  if ('wrong' in parsed) return unreadable(lease, `its annotation ${lockAnnotation} is damaged`)
  if (free) return { ...parsed.value, released: true }
  if (parsed.value.released || holderIdentity !== parsed.value.holder) {
    return unreadable(
      lease,
      `spec.holderIdentity is ${JSON.stringify(holderIdentity)} and its annotation says otherwise`,
    )
  }
  return parsed.value
}

const unreadable = ({ metadata }: KubeObject, why: string): LockValue => ({
  holder: 'an unknown holder',
  host: 'an unknown host',
  processId: 0,
  processStart: '',
  reason: `the Lease ${leaseName} in ${metadata.namespace} was edited by hand: ${why}; \`shopctl lock release\` sets it right`,
  since: new Date(0).toISOString(),
  timeToLiveSeconds: 30,
  renewed: { wall: new Date(0).toISOString(), boot: null },
  released: false,
})
