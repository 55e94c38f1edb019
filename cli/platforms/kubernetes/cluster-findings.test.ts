import { expect, test } from 'vitest'
import { environments } from '../../../stacks/environments.ts'
import { clockFinding, findCluster, versionFinding } from './cluster-findings.ts'
import { quotaShortages } from './quota-findings.ts'
import { createMemoryKubeClient } from './testing/memory-kube-client.ts'
import { sample } from './testing/sample-objects.ts'

test.each([
  ['v1.34.4', 'fine'],
  ['v1.30.0-eks-1', 'fine'],
  ['v1.29.9', 'missing'],
  ['v2.0.0', 'fine'],
])('a cluster of version %s is %s', (version, state) => {
  expect(versionFinding(version).state).toBe(state)
})

test.each([
  [0, 'fine'],
  [5, 'fine'],
  [-7, 'without'],
  [60, 'without'],
])('a clock that is %d s away is %s', (seconds, state) => {
  const server = new Date('2026-11-22T10:00:00Z')
  expect(clockFinding(server, new Date(server.getTime() + seconds * 1000)).state).toBe(state)
})

const size = {
  replicas: { min: 2, max: 4 },
  requests: { cpu: '500m', memory: '1Gi' },
  limits: { cpu: '1', memory: '2Gi' },
}
const quota = (hard: Readonly<Record<string, string>>, used: Readonly<Record<string, string>> = {}) =>
  sample('ResourceQuota', { name: 'team', status: { hard, used } })

test.each([
  ['enough for the first release', quota({ 'requests.cpu': '1500m', pods: '3' }), 'nothing', []],
  ['too few processors', quota({ 'requests.cpu': '1' }), 'nothing', ['team: requests.cpu 0 of 1 is in use']],
  ['room for the next pod of each', quota({ pods: '3' }, { pods: '2' }), 'the shop', []],
  ['no room for a pod more', quota({ pods: '2' }, { pods: '2' }), 'the shop', ['team: pods 2 of 2 is in use']],
  ['a limit on something else', quota({ 'count/secrets': '0' }), 'nothing', []],
] as const)('a quota with %s', (_, object, runs, short) => {
  expect(quotaShortages([object], { sizes: [size], runs })).toEqual(short)
})

const staging = environments.staging
const signal = AbortSignal.timeout(10_000)

test('every permission that lacks is named, the others are not', async () => {
  if (staging.kubernetes === null) throw new Error('staging runs on Kubernetes')
  const client = createMemoryKubeClient({ may: async ({ verb, resource }) => verb !== 'delete' || resource !== 'jobs' })
  const facts = { ...staging.kubernetes, autoscaling: null }
  const found = await findCluster({ client, namespace: 'shop', facts, signal })
  const permissions = found.find(({ name }) => name === 'permissions')
  expect(permissions).toMatchObject({ state: 'missing', found: 'may not delete jobs.batch' })
})

test('what the environment stands on and where it lives are asked for too', async () => {
  const { kubernetes } = staging
  if (kubernetes === null) throw new Error('staging runs on Kubernetes')
  const asked: string[] = []
  const client = createMemoryKubeClient({
    may: async ({ verb, group, resource, namespace }) => {
      asked.push(`${verb} ${resource}.${group} in ${namespace}`)
      return true
    },
  })
  const look = async (foundations: 'own' | 'managed') => {
    asked.length = 0
    const facts = { ...kubernetes, foundations, autoscaling: null }
    await findCluster({ client, namespace: 'shop', facts, signal })
    return [...asked]
  }
  const own = await look('own')
  expect(own).toContain('create namespaces. in null')
  expect(own).toContain('patch namespaces. in shop')
  expect(own).toContain('patch statefulsets.apps in shop')
  expect(own).toContain('list storageclasses.storage.k8s.io in null')
  expect(own).toHaveLength(new Set(own).size)
  expect(own.filter((each) => each.includes('replicasets'))).toEqual([])

  await client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }, signal)
  const managed = await look('managed')
  expect(managed.filter((each) => /create namespaces|storageclasses/.test(each))).toEqual([])
})
