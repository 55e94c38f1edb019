import { isRecord } from './is-record.ts'
import type { KubeClient, KubeObject } from './kube-client.ts'
import { isFoundation, isOurs, releaseKinds } from './live-objects.ts'
import { objectKey, referenceOf } from './object-reference.ts'

export type PruneRequest = {
  readonly live: readonly KubeObject[]
  /** Objects of the release that serves. */
  readonly wanted: readonly KubeObject[]
  /** Objects of every release to which a way back leads. */
  readonly kept: readonly KubeObject[]
}

const prunable: ReadonlySet<string> = new Set(releaseKinds.map(({ kind }) => kind))

/** Immutable and named by their content: releases share them. */
const settings: ReadonlySet<string> = new Set(['ConfigMap', 'Secret'])

/** Ways in which a pod names a ConfigMap or a Secret, and the field that holds the name. */
const namings: Readonly<Record<string, { readonly kind: string; readonly field: string }>> = {
  configMap: { kind: 'ConfigMap', field: 'name' },
  configMapRef: { kind: 'ConfigMap', field: 'name' },
  configMapKeyRef: { kind: 'ConfigMap', field: 'name' },
  secret: { kind: 'Secret', field: 'secretName' },
  secretRef: { kind: 'Secret', field: 'name' },
  secretKeyRef: { kind: 'Secret', field: 'name' },
}

/** `ConfigMap/orders-settings-1f…` for everything that is named anywhere in a value. */
export const namedSettings = (value: unknown): readonly string[] => {
  if (Array.isArray(value)) return value.flatMap(namedSettings)
  if (!isRecord(value)) return []
  return Object.entries(value).flatMap(([key, below]) => {
    const naming = namings[key]
    // A projected volume says `secret: {name}`, any other `secret: {secretName}`.
    const name = naming !== undefined && isRecord(below) ? (below[naming.field] ?? below.name) : undefined
    const found = naming !== undefined && typeof name === 'string' ? [`${naming.kind}/${name}`] : []
    return [...found, ...namedSettings(below)]
  })
}

const keyOf = (object: KubeObject): string => objectKey(referenceOf(object))

/** What to delete: applied by us, and neither wanted now nor named by a release that can be gone back to. */
export const planPrune = ({ live, wanted, kept }: PruneRequest): readonly KubeObject[] => {
  const all = [...wanted, ...kept]
  const named = new Set(all.flatMap(namedSettings))
  const keys = new Set([...wanted, ...kept.filter(({ kind }) => settings.has(kind))].map(keyOf))
  return live.filter((object) => {
    if (!prunable.has(object.kind) || !isOurs(object) || isFoundation(object)) return false
    return !keys.has(keyOf(object)) && !named.has(`${object.kind}/${object.metadata.name}`)
  })
}

/** From the front to the back: what sends requests to a service goes before it. */
const frontToBack: readonly string[] = [
  'Ingress',
  'HorizontalPodAutoscaler',
  'PodDisruptionBudget',
  'Deployment',
  'StatefulSet',
  'Service',
]

export const inDeleteOrder = (objects: readonly KubeObject[]): readonly (readonly KubeObject[])[] => {
  const rank = ({ kind }: KubeObject) => {
    const place = frontToBack.indexOf(kind)
    return place < 0 ? frontToBack.length : place
  }
  const groups = Map.groupBy(objects, rank)
  return [...groups.keys()].toSorted((left, right) => left - right).map((place) => groups.get(place) ?? [])
}

/** Deletes them; one that is gone already is fine. */
export const pruneObjects = async (
  objects: readonly KubeObject[],
  { client, signal }: { readonly client: KubeClient; readonly signal: AbortSignal },
): Promise<void> => {
  for (const group of inDeleteOrder(objects)) {
    await Promise.all(group.map((object) => client.delete(referenceOf(object), signal)))
  }
}
