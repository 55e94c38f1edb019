import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { environments } from '../../../stacks/environments.ts'
import { renderManifests } from '../../flows/render-manifests.ts'
import type { KubeClient, KubeObject } from '../../platforms/kubernetes/kube-client.ts'
import { deleteNamespace, noCluster, onCluster, openTestCluster } from './test-cluster.ts'

const inCluster = test.skipIf(noCluster !== null)
const namespace = `manifests-${randomUUID().slice(0, 8)}`
const deadline = () => AbortSignal.timeout(30_000)

let kube: KubeClient
beforeAll(async () => {
  if (noCluster !== null) return
  kube = await openTestCluster()
  // A dry run writes nothing, so that what is in a namespace needs one that is there.
  const object = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }
  await kube.apply({ object, conflicts: 'refuse', mode: 'apply' }, deadline())
})
afterAll(async () => {
  if (noCluster === null) await deleteNamespace(kube, namespace)
})

/** The same object for the namespace of this test: others may have a shop in the environment's own. */
const moved = (object: KubeObject): KubeObject => ({
  ...object,
  metadata: {
    ...object.metadata,
    ...(object.metadata.namespace === undefined ? { name: namespace } : { namespace }),
  },
})

inCluster.each(['dev', 'staging', 'prod'] as const)(onCluster('the server takes every object of %s'), async (name) => {
  const request = { environment: environments[name], images: {}, directory: null, variables: {} }
  const { objects } = await renderManifests(request)
  for (const object of objects) {
    const applied = await kube.apply({ object: moved(object), conflicts: 'take', mode: 'dry-run' }, deadline())
    expect(applied).toMatchObject({ kind: object.kind })
  }
})

inCluster(onCluster('a pod that is less than restricted is refused by the namespace of the shop'), async () => {
  const request = { environment: environments.dev, images: {}, directory: null, variables: {} }
  const { objects } = await renderManifests(request)
  const own = objects.find(({ kind }) => kind === 'Namespace')
  if (own === undefined) throw new Error('no namespace was rendered')
  await kube.apply({ object: moved(own), conflicts: 'take', mode: 'apply' }, deadline())
  const spec = {
    containers: [{ name: 'root', image: 'registry.invalid/root:1', securityContext: { privileged: true } }],
  }
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'root', namespace }, spec }
  const refused = kube.apply({ object: pod, conflicts: 'refuse', mode: 'dry-run' }, deadline())
  await expect(refused).rejects.toMatchObject({ why: [expect.stringContaining('restricted')] })
})
