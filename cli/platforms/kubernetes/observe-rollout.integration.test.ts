import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { healthPolicies } from '../../health/policy.ts'
import { type ReleaseVerdict, releaseVerdict } from '../../health/release-verdict.ts'
import { connect } from './connect.ts'
import type { KubeClient } from './kube-client.ts'
import { observeRollout } from './observe-rollout.ts'
import { answering, deploymentOf, readinessProbe, recordOf } from './testing/failing-deployment.ts'

const { KUBECONFIG, SHOPCTL_BASE_IMAGE: image = '' } = process.env
const hasCluster = KUBECONFIG !== undefined && image !== ''
const policy = healthPolicies.dev
if (policy === undefined) throw new Error('dev has no policy')

const namespace = `observe-${process.pid}`
const limit = AbortSignal.timeout(110_000)
let client: KubeClient

type Asked = Parameters<typeof deploymentOf>[0]
const sleeping = 'process.on("SIGTERM",()=>process.exit());setInterval(()=>0,1000)'

beforeAll(async () => {
  if (!hasCluster) return
  client = await connect({ kubeContext: null, processEnvironment: process.env })
  await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, limit)
})

afterAll(async () => {
  if (!hasCluster) return
  await client.delete(
    { apiVersion: 'v1', kind: 'Namespace', name: namespace, namespace: null },
    AbortSignal.timeout(20_000),
  )
})

/** Applies it and watches until there is a verdict, or until `stop` says so. */
const gate = async (asked: Asked, meanwhile: (verdict: ReleaseVerdict) => Promise<void> | void = () => undefined) => {
  await client.apply({ object: deploymentOf(asked), conflicts: 'take', mode: 'apply' }, limit)
  const watching = new AbortController()
  const signal = AbortSignal.any([limit, watching.signal])
  const wanted = [recordOf(asked)]
  let startedAt: number | undefined
  for await (const observation of observeRollout({ client, namespace, wanted, restartsBefore: new Map(), signal })) {
    startedAt ??= observation.at
    const context = { policy, startedAt, lastContactAt: observation.at, proven: new Set<string>() }
    const verdict = releaseVerdict(observation, context)
    await meanwhile(verdict)
    if (verdict.state !== 'progressing') {
      watching.abort()
      return { ...verdict, seconds: (observation.at - startedAt) / 1000 }
    }
  }
  throw new Error('no verdict')
}

const sentence = async (asked: Partial<Asked> & { readonly service: string }) => {
  const { state, reasons, seconds } = await gate({ namespace, image, ...asked })
  return { state, seconds, reason: (reasons[0] ?? '').replace(/-service-[a-z0-9]+-[a-z0-9]+/, '') }
}

describe.skipIf(!hasCluster)('a rollout on a real cluster', { concurrent: true, timeout: 110_000 }, () => {
  test('that is well is healthy when it has stayed so', async () => {
    const { state, seconds } = await sentence({ service: 'well', container: { readinessProbe } })
    expect(state).toBe('healthy')
    expect(seconds).toBeGreaterThanOrEqual(policy.stabilitySeconds)
  })

  test('of an image that is not there', async () => {
    const missing = image.replace(/:[^:]*$/, ':nope')
    const { state, reason } = await sentence({ service: 'no-image', image: missing })
    expect(state).toBe('unhealthy')
    expect(reason).toBe(`no-image cannot start: ImageNotFound: ${missing}: not found`)
  })

  test('of what ends at once, with code 1', async () => {
    const { state, reason } = await sentence({ service: 'ends', script: 'process.exit(1)' })
    expect(state).toBe('unhealthy')
    expect(reason).toMatch(/^ends exited with code 1 (within a second|after 1 s) \(it ended twice\)$/)
  })

  test('of what leaves with code 0', async () => {
    const { state, reason } = await sentence({ service: 'leaves', script: 'process.exit(0)' })
    expect(state).toBe('unhealthy')
    expect(reason).toMatch(/^leaves exited with code 0 .*a service is expected to keep running \(it ended twice\)$/)
  })

  test('of what needs more memory than it may have', async () => {
    const script = 'const a=[];setInterval(()=>a.push(Buffer.alloc(8e6,1)),10)'
    const container = { resources: { limits: { memory: '96Mi' } } }
    const { state, reason } = await sentence({ service: 'hungry', script, container })
    expect(state).toBe('unhealthy')
    expect(reason).toContain('was killed by SIGKILL')
    expect(reason).toContain('it ran out of memory (its limit is 96Mi)')
  })

  test('of what is never ready, in its own words', async () => {
    const script = answering(503, '{"checks":{"database":"down"}}')
    const { state, reason } = await sentence({ service: 'unready', script, container: { readinessProbe } })
    expect(state).toBe('unhealthy')
    expect(reason).toMatch(
      /^unready is not ready after 30\.\d s: GET \/health\?check=ready answered 503 \(database: down\)$/,
    )
  })

  test('of what the kubelet ends as it does not answer', async () => {
    const livenessProbe = { httpGet: { path: '/health', port: 'http' }, periodSeconds: 1, failureThreshold: 1 }
    const { state, reason } = await sentence({
      service: 'stuck',
      script: answering(500, 'stuck'),
      container: { livenessProbe },
    })
    expect(state).toBe('unhealthy')
    expect(reason).toContain('the kubelet ended it: Liveness probe failed: HTTP probe failed with statuscode: 500')
  })

  test('whose Secret is not there, as a volume', async () => {
    const pod = { volumes: [{ name: 'secrets', secret: { secretName: 'no-such-secret' } }] }
    const container = { volumeMounts: [{ name: 'secrets', mountPath: '/secrets' }] }
    const { state, reason } = await sentence({ service: 'no-secret', container, pod })
    expect(state).toBe('unhealthy')
    expect(reason).toBe('no-secret cannot start: MissingSettings: Secret no-such-secret does not exist')
  })

  test('whose ConfigMap is not there', async () => {
    const container = { envFrom: [{ configMapRef: { name: 'no-such-settings' } }] }
    const { state, reason } = await sentence({ service: 'no-settings', container })
    expect(state).toBe('unhealthy')
    expect(reason).toBe('no-settings cannot start: MissingSettings: ConfigMap no-such-settings does not exist')
  })

  test('that no node can take', async () => {
    const { state, reason } = await sentence({
      service: 'huge',
      container: { resources: { requests: { cpu: '100' } } },
    })
    expect(state).toBe('unhealthy')
    expect(reason).toMatch(/^huge has waited 20\.\d s: Unschedulable: 0\/1 nodes are available: 1 Insufficient cpu$/)
  })

  test('that somebody else changes', async () => {
    let done = false
    const asked = { namespace, service: 'edited', image, script: sleeping }
    const { state, reasons } = await gate(asked, async ({ reasons: [reason = ''] }) => {
      if (done || !reason.includes('must stay so')) return
      done = true
      const body = {
        spec: { template: { spec: { containers: [{ name: 'edited', env: [{ name: 'A', value: 'b' }] }] } } },
      }
      const name = 'edited-service'
      const reference = { apiVersion: 'apps/v1', kind: 'Deployment', name, namespace }
      await client.patch(reference, { body, fieldManager: 'somebody' }, limit)
    })
    expect(state).toBe('unhealthy')
    expect(reasons[0]).toMatch(
      /^edited: ChangedByOthers: somebody \(\S+\) changed the pods of Deployment edited-service while it was being watched$/,
    )
  })

  test('that somebody scales to nothing', async () => {
    let done = false
    const asked = { namespace, service: 'scaled', image, script: sleeping }
    const { state, reasons } = await gate(asked, async ({ reasons: [reason = ''] }) => {
      if (done || !reason.includes('must stay so')) return
      done = true
      const reference = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'scaled-service', namespace }
      await client.patch(
        reference,
        { body: { spec: { replicas: 0 } }, subresource: 'scale', fieldManager: 'somebody' },
        limit,
      )
    })
    expect(state).toBe('unhealthy')
    // The API server does not keep who scales to 0: in its own form of the request a zero is nothing.
    expect(reasons[0]).toBe('scaled: ChangedByOthers: another hand scaled Deployment scaled-service to 0')
  })

  test('from one template to the next waits until the old pod is gone from service', async () => {
    const asked = { namespace, service: 'next', image, container: { readinessProbe } }
    await gate(asked)
    const seen = new Set<string>()
    const { state } = await gate({ ...asked, script: answering(200, 'next'), template: 'second' }, ({ reasons }) => {
      for (const reason of reasons) seen.add(reason.replace(/next-service-[a-z0-9]+-[a-z0-9]+/, 'the pod'))
    })
    expect(state).toBe('healthy')
    expect([...seen].some((reason) => reason.includes('waits for 1 of 1') || reason.includes('being started'))).toBe(
      true,
    )
  })
})
