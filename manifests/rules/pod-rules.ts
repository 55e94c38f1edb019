import { z } from 'zod'
import { serviceLabel, templateLabel } from '../labels.ts'
import { workloadNameOf } from './our-workloads.ts'
import { eachPod, isServer } from './pods.ts'
import { eachObject, type Rule } from './rule.ts'

const sleep = z.object({ preStop: z.object({ sleep: z.object({ seconds: z.number() }) }) })
const rolling = z.object({
  spec: z.object({
    strategy: z.object({
      type: z.literal('RollingUpdate'),
      rollingUpdate: z.object({ maxSurge: z.literal(1), maxUnavailable: z.literal(0) }),
    }),
  }),
})

/** Requests in flight may take this long once a process was told to stop. */
const drainSeconds = 10

export const podRules: readonly Rule[] = [
  eachPod('nothing shares the node’s namespaces', ({ spec: { hostNetwork, hostPID, hostIPC } }) =>
    hostNetwork === true || hostPID === true || hostIPC === true
      ? 'shares network, processes or memory of its node'
      : null,
  ),
  eachPod('no pod mounts a path of its node', ({ spec }) =>
    spec.volumes.some((volume) => 'hostPath' in volume) ? 'mounts a path of its node' : null,
  ),
  eachPod('no pod has a token for the API server', ({ spec }) =>
    spec.automountServiceAccountToken === false ? null : 'gets a token',
  ),
  eachPod('every pod has an account of its own', ({ spec }) =>
    spec.serviceAccountName === undefined || spec.serviceAccountName === 'default' ? 'runs as default' : null,
  ),
  eachPod('every pod says whose it is', ({ labels }) =>
    labels[serviceLabel] === undefined ? `has no ${serviceLabel}` : null,
  ),
  eachPod('pods of a template can be found by its hash', ({ labels }) =>
    workloadNameOf(labels[serviceLabel]) === null || /^[0-9a-f]{10}$/.test(labels[templateLabel] ?? '')
      ? null
      : `has no ${templateLabel}`,
  ),
  eachPod('a version alone restarts no pod', ({ labels }) =>
    'app.kubernetes.io/version' in labels ? 'has the version in its template' : null,
  ),
  eachPod('a pod that leaves has time to end its requests', (pod) => {
    if (!isServer(pod) || workloadNameOf(pod.labels[serviceLabel]) === null) return null
    const delays = pod.spec.containers.map(({ lifecycle }) => sleep.safeParse(lifecycle).data?.preStop.sleep.seconds)
    const delay = Math.max(...delays.map((seconds) => seconds ?? Number.POSITIVE_INFINITY))
    if (delay === Number.POSITIVE_INFINITY) return 'is stopped while requests still arrive'
    const grace = pod.spec.terminationGracePeriodSeconds ?? 30
    return grace >= delay + drainSeconds ? null : `is killed after ${grace} s`
  }),
  eachObject('a rollout never has fewer pods than before', (object) => {
    const ours = workloadNameOf(object.metadata.labels?.[serviceLabel]) !== null
    if (object.kind !== 'Deployment' || !ours) return null
    return rolling.safeParse(object).success ? null : 'is not rolled one up, none down'
  }),
]
