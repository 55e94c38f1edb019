import { addOnLabel } from '../../../../manifests/add-ons/add-on-labels.ts'
import { loggingNamespace, monitoringNamespace } from '../../../../manifests/add-ons/add-on-names.ts'
import type { AddOnGroup } from '../../../../manifests/add-ons/add-on-request.ts'
import { serviceLabel } from '../../../../manifests/labels.ts'
import { ShopctlError } from '../../../errors/shopctl-error.ts'
import { pruneObjects } from '../inventory.ts'
import type { KubeClient, KubeObject } from '../kube-client.ts'
import { describeObject, referenceOf } from '../object-reference.ts'
import { untilListed } from '../until-listed.ts'
import { addOnSelectorOf, fetchAddOns } from './add-on-objects.ts'
import { secretLabel, secretOfSettings } from './add-on-secrets.ts'

type DownPlace = { readonly client: KubeClient; readonly environment: string; readonly signal: AbortSignal }

/** Elasticsearch and Prometheus write what they have to disk. */
const stopSeconds = 180

const namespaces: Readonly<Partial<Record<AddOnGroup, string>>> = {
  monitoring: monitoringNamespace,
  logging: loggingNamespace,
}

/** The services scale by what it measures, and nodes come with the pods: it stays as long as what makes them. */
const metricsServer = 'metrics-server'

type Going = { readonly groups: readonly AddOnGroup[]; readonly data: 'keep' | 'delete' }

const groupOf = ({ metadata }: KubeObject): string | undefined =>
  metadata.labels?.[serviceLabel] === metricsServer ? 'ingress' : metadata.labels?.[addOnLabel]

/** Kibana's key is made once: with another one, what it has encrypted in a kept volume is lost. */
const opensKeptData = (object: KubeObject): boolean => object.metadata.labels?.[secretLabel] === secretOfSettings

const goesDown =
  ({ groups, data }: Going) =>
  (object: KubeObject): boolean =>
    groups.some((group) => group === groupOf(object)) && (data === 'delete' || !opensKeptData(object))

/** Those whose label what goes may carry. */
const labelsToAsk = (groups: readonly AddOnGroup[]): readonly AddOnGroup[] =>
  groups.includes('ingress') && !groups.includes('monitoring') ? [...groups, 'monitoring'] : groups

const podsRemain = ({ client, environment }: DownPlace, pods: readonly KubeObject[]): ShopctlError =>
  new ShopctlError({
    code: 'PODS_REMAIN',
    outcome: 'unknown',
    what: `Not everything beside the shop of ${environment} has stopped within ${stopSeconds} s.`,
    why: pods.map(
      ({ metadata }) => `pod ${metadata.name} is told to end since ${metadata.deletionTimestamp ?? 'never'}`,
    ),
    fix: [
      `kubectl --context ${client.context} get pods --all-namespaces --selector app.kubernetes.io/component=add-on`,
    ],
  })

const untilStopped = async (place: DownPlace, going: Going): Promise<void> => {
  let left: readonly KubeObject[] = []
  const judge = (pods: readonly KubeObject[]) => {
    left = pods.filter(goesDown(going))
    return left.length === 0 ? 'stopped' : null
  }
  const labelSelector = addOnSelectorOf(labelsToAsk(going.groups))
  const request = { apiVersion: 'v1', kind: 'Pod', namespace: null, labelSelector }
  const wait = {
    client: place.client,
    request,
    judge,
    deadlineSeconds: stopSeconds,
    doing: 'stopping what runs beside the shop',
  }
  if ((await untilListed({ ...wait, signal: place.signal })) === null) throw podsRemain(place, left)
}

/** Claims are made by the cluster for a StatefulSet and carry its labels; they are all that is left of it. */
const claimsOf = async (
  { client, signal }: DownPlace,
  groups: readonly AddOnGroup[],
): Promise<readonly KubeObject[]> => {
  const kind = { apiVersion: 'v1', kind: 'PersistentVolumeClaim' }
  const lists = await Promise.all(
    groups.flatMap((group) => {
      const namespace = namespaces[group]
      if (namespace === undefined) return []
      const labelSelector = 'app.kubernetes.io/component=add-on'
      return [client.list({ ...kind, namespace, labelSelector }, signal)]
    }),
  )
  return lists.flatMap(({ items }) => items.map((object): KubeObject => ({ ...object, ...kind })))
}

/** Answers what is gone. Namespaces and definitions of kinds stay: others may have something in them. */
export const takeAddOnsDown = async (
  groups: readonly AddOnGroup[],
  data: 'keep' | 'delete',
  place: DownPlace,
): Promise<readonly string[]> => {
  const { client, signal } = place
  const going = { groups, data }
  const live = (await fetchAddOns(client, labelsToAsk(groups), signal)).filter(goesDown(going))
  await pruneObjects(live, { client, signal })
  await untilStopped(place, going)
  const claims = data === 'delete' ? await claimsOf(place, groups) : []
  await pruneObjects(claims, { client, signal })
  return [...live, ...claims].map((object) => describeObject(referenceOf(object)))
}
