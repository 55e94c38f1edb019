import { expect } from 'vitest'
import { z } from 'zod'
import { createKubeLockStore } from '../../platforms/kubernetes/lock-store.ts'
import { type ClusterShop, eventually } from './cluster-shop.ts'
import { listAll } from './test-cluster.ts'

const jobSchema = z.object({
  metadata: z.object({ name: z.string() }),
  status: z.object({ active: z.int().default(0) }).default({ active: 0 }),
})
const jobPodSchema = z.object({ metadata: z.object({ name: z.string() }), status: z.object({ phase: z.string() }) })

/** Jobs and pods of Jobs that have not ended, by name. */
export const workingJobs = async ({ kube, namespace }: ClusterShop): Promise<readonly string[]> => {
  const labelSelector = 'app.kubernetes.io/component in (migration,seed)'
  const [jobs, pods] = await Promise.all([
    listAll(kube, { apiVersion: 'batch/v1', kind: 'Job', namespace }),
    listAll(kube, { apiVersion: 'v1', kind: 'Pod', namespace, labelSelector }),
  ])
  const active = z.array(jobSchema).parse(jobs)
  const running = z.array(jobPodSchema).parse(pods)
  return [
    ...active.filter(({ status }) => status.active > 0).map(({ metadata }) => metadata.name),
    ...running.filter(({ status }) => !/Succeeded|Failed/.test(status.phase)).map(({ metadata }) => metadata.name),
  ]
}

export const lockIsFree = async ({ kube, namespace }: ClusterShop): Promise<boolean> =>
  (await createKubeLockStore({ client: kube, namespace }).read())?.value.released ?? true

/** What each service runs, by its pods: digests in the order of their names, and whether all are ready and stay. */
const running = async (shop: ClusterShop) =>
  (await shop.pods())
    .map(({ service, image, ready, terminating }) => {
      const digest = image.slice(image.indexOf('@') + 1)
      return { service, digest, state: terminating ? 'ending' : ready ? 'ready' : 'not ready' }
    })
    .toSorted((left, right) => left.service.localeCompare(right.service))

/**
 * One release and nothing but it: each service has one ready pod of it and no other, no Job works on, and the next may
 * begin. What ends has a few seconds for it.
 */
export const expectWhole = async (shop: ClusterShop, release: number): Promise<void> => {
  const { services } = await shop.record(release)
  const wanted = Object.entries(services)
    .map(([service, { digest }]) => ({ service, digest, state: 'ready' }))
    .toSorted((left, right) => left.service.localeCompare(right.service))
  const settled = async () => (await running(shop)).every(({ state }) => state === 'ready')
  await eventually('ended what was not of the release', settled, 30).catch(() => undefined)
  expect(await running(shop)).toEqual(wanted)
  expect(await workingJobs(shop)).toEqual([])
  expect(await lockIsFree(shop)).toBe(true)
}
