import { join } from 'node:path'
import { expect, test } from 'vitest'
import { environments } from '../stacks/environments.ts'
import { type LoadRequest, loadJob, loadPodSelector, loadPolicy, loadProgram, loadTarget } from './load-manifests.ts'
import { renderYaml } from './render-yaml.ts'

const request: LoadRequest = {
  environment: environments.dev,
  namespace: 'shop-dev',
  run: '01k0a',
  workers: 3,
  image: `registry.example/user-management@sha256:${'a'.repeat(64)}`,
  deadlineSeconds: 400,
  cleanUpSeconds: 60,
}
const owner = { uid: '2f1c' }

test('the workers of a load run are these objects', async () => {
  const program = loadProgram(request, { owner, packed: Buffer.from('packed') })
  const objects = [loadJob(request), loadPolicy(request, owner), program]
  await expect(renderYaml(objects)).toMatchFileSnapshot(join(import.meta.dirname, 'golden', 'load-workers.yaml'))
})

test('all that is made for a run belongs to its Job, and so goes with it', () => {
  const { metadata } = loadJob(request)
  for (const object of [loadPolicy(request, owner), loadProgram(request, { owner, packed: new Uint8Array() })]) {
    const ownerReferences = [{ apiVersion: 'batch/v1', kind: 'Job', name: metadata.name, uid: owner.uid }]
    expect(object).toMatchObject({ metadata: { ownerReferences } })
  }
})

test('a worker that dies takes no other with it, and each has time to let its customers remove what they made', () => {
  const { spec } = loadJob(request)
  expect(spec).toMatchObject({ completionMode: 'Indexed', backoffLimitPerIndex: 0 })
  expect(spec).not.toHaveProperty('backoffLimit')
  expect(spec).not.toHaveProperty('maxFailedIndexes')
  expect(spec.template.spec.terminationGracePeriodSeconds).toBeGreaterThan(request.cleanUpSeconds)
})

test('pods are found by their run, and by no Service', () => {
  const { labels } = loadJob(request).spec.template.metadata
  const [key = '', value] = loadPodSelector(request.run).split('=')
  expect(Object.entries(labels)).toContainEqual([key, value])
  expect(labels).not.toHaveProperty('shopctl.dev/service')
})

test('workers go to the front door of the environment, where pods find it', () => {
  expect(loadTarget(request)).toBe('http://edge.shop-dev.svc:8080')
  const staging = { ...request, environment: environments.staging }
  expect(loadTarget(staging)).toMatch(/^https:\/\//)
  expect(loadPolicy(staging, owner)).toMatchObject({ spec: { ingress: [], egress: [{ ports: [{ port: 443 }] }] } })
})
