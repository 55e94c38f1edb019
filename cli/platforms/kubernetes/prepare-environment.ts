import { z } from 'zod'
import { foundationImages } from '../../../manifests/foundation-images.ts'
import { foundationManifests } from '../../../manifests/foundation-manifests.ts'
import type { EnvironmentFacts, KubernetesFacts } from '../../../stacks/environments.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { toType } from '../../errors/to-type.ts'
import type { Work } from '../platform.ts'
import { applyObjects } from './apply-objects.ts'
import { conditions } from './conditions.ts'
import { jobTrouble } from './job-progress.ts'
import type { KubeClient, KubeObject } from './kube-client.ts'
import { foundationSelector } from './live-objects.ts'
import { ensureNamespace } from './namespace.ts'
import { foundationsSecretName } from './own-foundations.ts'
import { untilListed } from './until-listed.ts'

export type PreparePlace = {
  readonly client: KubeClient
  readonly environment: EnvironmentFacts
  readonly facts: KubernetesFacts
  readonly namespace: string
  readonly variables: NodeJS.ProcessEnv
  readonly warn: (message: string) => void
}

const foundationSeconds = 180
const defaultClass = 'storageclass.kubernetes.io/is-default-class'

const statefulSet = z.object({ spec: z.object({ volumeClaimTemplates: z.array(z.unknown()).default([]) }) })
const pod = z.object({
  metadata: z.object({ deletionTimestamp: z.string().optional() }),
  status: z.object({ conditions }),
})

/** A claim cannot be added to a database that was made without one, nor taken from it: what is there decides. */
const storageOf = async ({ client, namespace, warn }: PreparePlace, signal: AbortSignal): Promise<'claim' | 'none'> => {
  const reference = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'postgres', namespace }
  const found = statefulSet.safeParse(await client.read(reference, signal))
  if (found.success) return found.data.spec.volumeClaimTemplates.length > 0 ? 'claim' : 'none'
  const classes = await client.list({ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', namespace: null }, signal)
  if (classes.items.some(({ metadata }) => metadata.annotations?.[defaultClass] === 'true')) return 'claim'
  warn('The cluster has no default storage class: the database keeps its data only as long as its pod lives.')
  return 'none'
}

const isReady = (object: KubeObject): boolean => {
  const { data } = pod.safeParse(object)
  if (data === undefined || data.metadata.deletionTimestamp !== undefined) return false
  return data.status.conditions.some(({ type, status }) => type === 'Ready' && status === 'True')
}

const notUp = (environment: string, why: readonly string[]): ShopctlError =>
  new ShopctlError({
    code: 'FOUNDATIONS_NOT_UP',
    outcome: 'failed',
    what: `The database or the cache of ${environment} did not come up; the services were not changed.`,
    why,
    fix: [toType(`doctor --env ${environment}`), toType(`status --env ${environment}`)],
  })

const waitForFoundations = async (place: PreparePlace, wanted: number, { say, signal }: Work): Promise<void> => {
  const { client, environment, namespace } = place
  const request = { apiVersion: 'v1', kind: 'Pod', namespace, labelSelector: foundationSelector }
  const doing = `waiting for the database of ${environment.name}`
  const judge = (pods: readonly KubeObject[]): 'ready' | null => {
    const ready = pods.filter(isReady).length
    if (ready >= wanted) return 'ready'
    say(`${ready} of ${wanted} ready: PostgreSQL and Redis`)
    return null
  }
  const ready = await untilListed({ client, request, judge, deadlineSeconds: foundationSeconds, doing, signal })
  if (ready !== null) return
  const [pods, events] = await Promise.all([
    client.list(request, signal),
    client.list({ apiVersion: 'v1', kind: 'Event', namespace }, signal),
  ])
  const trouble = jobTrouble(pods.items, events.items)
  throw notUp(environment.name, [
    ...(trouble === null ? [] : [trouble.why]),
    `they were not ready within ${foundationSeconds} s`,
  ])
}

/** What a release stands on: the namespace, and where the environment brings its own, the database and the cache. */
export const prepareEnvironment = async (place: PreparePlace, work: Work): Promise<void> => {
  const { client, environment, facts, namespace, variables } = place
  const { signal } = work
  await ensureNamespace(client, namespace, signal)
  if (facts.foundations !== 'own') return
  const objects = foundationManifests({
    environment,
    namespace,
    images: foundationImages(variables),
    storage: await storageOf(place, signal),
    secret: foundationsSecretName,
  })
  await applyObjects(objects, { client, environment: environment.name, conflicts: 'take', signal })
  const wanted = objects.filter(({ kind }) => kind === 'StatefulSet' || kind === 'Deployment').length
  await waitForFoundations(place, wanted, work)
}
