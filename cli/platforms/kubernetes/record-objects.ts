import { createHash } from 'node:crypto'
import { gunzipSync, gzipSync } from 'node:zlib'
import { shopLabels } from '../../../manifests/labels.ts'
import type { ReleaseRecord } from '../../releases/release.ts'
import { parseReleaseRecord } from '../parse-release-record.ts'
import { isRecord } from './is-record.ts'
import type { KubeObject } from './kube-client.ts'

/** On the head of a record and on its parts: the number. What has it is found by one list. */
export const recordLabel = 'shopctl.dev/record'
export const partLabel = 'shopctl.dev/part'
export const stateLabel = 'shopctl.dev/state'
/** In the place of `recordLabel` on what could not be read. */
export const setAsideLabel = 'shopctl.dev/set-aside'
const partsAnnotation = 'shopctl.dev/parts'
const digestAnnotation = 'shopctl.dev/digest'
const contentKey = 'record.json.gz'

/** A ConfigMap holds 1 MiB with everything that is in it. */
const partBytes = 900 * 1024
/** Far above any record, far below what a crafted one could unpack to. */
const mostBytes = 64 * 1024 * 1024

export const recordName = (number: number): string => `shopctl-release-${number}`

/** The head, which names the parts that belong to it, and the parts. They are named by content: an update makes others. */
export type RecordObjects = { readonly head: KubeObject; readonly parts: readonly KubeObject[] }

export const renderRecord = (record: ReleaseRecord, namespace: string): RecordObjects => {
  const content = gzipSync(JSON.stringify(record))
  const digest = createHash('sha256').update(content).digest('hex')
  const chunks = Array.from({ length: Math.ceil(content.length / partBytes) }, (_, index) =>
    content.subarray(index * partBytes, (index + 1) * partBytes),
  )
  const labels = { ...shopLabels, [recordLabel]: String(record.number) }
  const parts = chunks.slice(1).map((chunk, index) => {
    const part = index + 2
    const name = `${recordName(record.number)}-part-${part}-${digest.slice(0, 10)}`
    return configMap({ name, namespace, labels: { ...labels, [partLabel]: String(part) } }, chunk)
  })
  const annotations = {
    [digestAnnotation]: digest,
    [partsAnnotation]: JSON.stringify(parts.map(({ metadata }) => metadata.name)),
  }
  const metadata = { name: recordName(record.number), namespace, annotations }
  const head = configMap({ ...metadata, labels: { ...labels, [stateLabel]: record.state } }, chunks[0] ?? content)
  return { head, parts }
}

/** Names of the parts that a head asks for; null where it does not say. */
export const partsOf = (head: KubeObject): readonly string[] | null => {
  try {
    const names: unknown = JSON.parse(head.metadata.annotations?.[partsAnnotation] ?? '')
    return Array.isArray(names) && names.every((name) => typeof name === 'string') ? names : null
  } catch {
    return null
  }
}

/** The record, or in one line why it cannot be read. `found` are objects of one moment, the parts among them. */
export const parseRecord = async (
  head: KubeObject,
  found: readonly KubeObject[],
): Promise<{ readonly record: ReleaseRecord } | { readonly wrong: string }> => {
  const names = partsOf(head)
  if (names === null) return { wrong: `the annotation ${partsAnnotation} does not name its parts` }
  const parts = names.map((name) => found.find(({ metadata }) => metadata.name === name))
  const missing = names.find((_, index) => parts[index] === undefined)
  if (missing !== undefined) return { wrong: `its part ${missing} is missing` }
  const content = Buffer.concat([head, ...parts].flatMap((object) => (object === undefined ? [] : [contentOf(object)])))
  const digest = createHash('sha256').update(content).digest('hex')
  if (digest !== head.metadata.annotations?.[digestAnnotation]) return { wrong: 'its content was changed or cut' }
  const number = Number(head.metadata.labels?.[recordLabel])
  return parseReleaseRecord(gunzipSync(content, { maxOutputLength: mostBytes }).toString('utf8'), number)
}

const configMap = (metadata: KubeObject['metadata'], content: Buffer): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata,
  binaryData: { [contentKey]: content.toString('base64') },
})

const contentOf = ({ binaryData }: KubeObject): Buffer => {
  const content = isRecord(binaryData) ? binaryData[contentKey] : undefined
  return Buffer.from(typeof content === 'string' ? content : '', 'base64')
}
