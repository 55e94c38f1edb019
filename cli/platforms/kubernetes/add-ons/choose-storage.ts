import { z } from 'zod'
import type { AddOnGroup } from '../../../../manifests/add-ons/add-on-request.ts'
import {
  type AddOnStorage,
  type PartStorage,
  type StoredPart,
  storedIn,
  storedParts,
} from '../../../../manifests/add-ons/add-on-storage.ts'
import { ownStorageClass } from '../../../../manifests/add-ons/storage-class.ts'
import type { EnvironmentFacts } from '../../../../stacks/environments.ts'
import { ShopctlError } from '../../../errors/shopctl-error.ts'
import { toType } from '../../../errors/to-type.ts'
import type { KubeClient, KubeObject } from '../kube-client.ts'

type StoragePlace = { readonly client: KubeClient; readonly environment: EnvironmentFacts }

const defaultClass = 'storageclass.kubernetes.io/is-default-class'

const claim = z.object({ spec: z.object({ storageClassName: z.string().nullable().default(null) }) })
const statefulSet = z.object({ spec: z.object({ volumeClaimTemplates: z.array(claim).default([]) }) })

/** A claim cannot be added to a StatefulSet that was made without one, nor taken from it: what is there decides. */
const storageOf = (live: KubeObject): PartStorage => {
  const [found] = statefulSet.parse(live).spec.volumeClaimTemplates
  return found === undefined ? { kind: 'none' } : { kind: 'claim', storageClass: found.spec.storageClassName }
}

const hasDefaultClass = async (client: KubeClient, signal: AbortSignal): Promise<boolean> => {
  const request = { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', namespace: null }
  const { items } = await client.list(request, signal)
  return items.some(({ metadata }) => metadata.annotations?.[defaultClass] === 'true')
}

const isEks = ({ kubernetes }: EnvironmentFacts): boolean => kubernetes?.cluster.kind === 'eks'

/** Of what is made for the first time. */
const fetchNewStorage = async ({ client, environment }: StoragePlace, signal: AbortSignal): Promise<PartStorage> => {
  if (isEks(environment)) return { kind: 'claim', storageClass: ownStorageClass }
  return (await hasDefaultClass(client, signal)) ? { kind: 'claim', storageClass: null } : { kind: 'none' }
}

const keepsNothing = (part: StoredPart, environment: string): ShopctlError =>
  new ShopctlError({
    code: 'ADD_ON_KEEPS_NOTHING',
    outcome: 'refused',
    what: `The data of ${part} in ${environment} lives only as long as its pod; nothing was changed.`,
    why: [
      `StatefulSet ${part} in ${storedIn[part]} was made without a claim of a volume, and Kubernetes lets nobody add one`,
    ],
    fix: [
      toType(`observability down --env ${environment} --only ${storedIn[part]}`),
      toType(`observability apply --env ${environment}`),
    ],
  })

/**
 * Where the data of each part is to be. On EKS always in a volume: what grows for weeks on a node's own disk fills it, and
 * goes with the node. Throws ADD_ON_KEEPS_NOTHING (refused) where one of these groups was made there without.
 */
export const chooseStorage = async (
  place: StoragePlace,
  groups: readonly AddOnGroup[],
  signal: AbortSignal,
): Promise<AddOnStorage> => {
  const { client, environment } = place
  const created = await fetchNewStorage(place, signal)
  const partStorage = async (name: StoredPart): Promise<PartStorage> => {
    const namespace = storedIn[name]
    const live = await client.read({ apiVersion: 'apps/v1', kind: 'StatefulSet', name, namespace }, signal)
    const storage = live === null ? created : storageOf(live)
    if (storage.kind === 'none' && isEks(environment) && groups.includes(namespace))
      throw keepsNothing(name, environment.name)
    return storage
  }
  const [prometheus, alertmanager, grafana, elasticsearch] = await Promise.all([
    partStorage('prometheus'),
    partStorage('alertmanager'),
    partStorage('grafana'),
    partStorage('elasticsearch'),
  ])
  return { prometheus, alertmanager, grafana, elasticsearch }
}

/** What a person is to know of it. */
export const storageNotes = (storage: AddOnStorage, groups: readonly AddOnGroup[]): readonly string[] => {
  const parts = storedParts.filter((name) => storage[name].kind === 'none' && groups.includes(storedIn[name]))
  if (parts.length === 0) return []
  return [
    `The cluster has no default storage class, or had none when they were made: data of ${parts.join(', ')} lives only as long as its pod, up to a limit.`,
  ]
}
