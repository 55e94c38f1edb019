import type { ReleaseRecord } from '../../releases/release.ts'
import type { ReleaseStore, SetAside } from '../../releases/stores.ts'
import type { KubeClient, KubeObject } from './kube-client.ts'
import { ensureNamespace } from './namespace.ts'
import {
  parseRecord,
  partLabel,
  partsOf,
  recordLabel,
  recordName,
  renderRecord,
  setAsideLabel,
  stateLabel,
} from './record-objects.ts'
import { takeNumber } from './release-counter.ts'

const kind = { apiVersion: 'v1', kind: 'ConfigMap' } as const
/** Longer than the client tries: what it says of a server that does not answer is better than "out of time". */
const deadlineMilliseconds = 90_000

/**
 * Release records as ConfigMaps `shopctl-release-42`, compressed, with further parts where one is too small. A record
 * that cannot be read keeps its name and its content and gets another label, so that it is said once and never lost.
 * One list asks for all of them. Throws what the client throws.
 */
export const createKubeReleaseStore = (place: {
  readonly client: KubeClient
  readonly namespace: string
}): ReleaseStore => {
  const { client, namespace } = place
  const reference = (name: string) => ({ ...kind, name, namespace })
  const deadline = (ended?: AbortSignal) => {
    const late = AbortSignal.timeout(deadlineMilliseconds)
    return ended === undefined ? late : AbortSignal.any([ended, late])
  }

  /** A list shows one moment: an update between the head and its parts cannot look like a torn record. */
  const fetchObjects = async (labelSelector: string): Promise<readonly KubeObject[]> =>
    (await client.list({ ...kind, namespace, labelSelector }, deadline())).items

  const setAside = async (head: KubeObject, found: readonly KubeObject[], why: string): Promise<SetAside> => {
    const number = head.metadata.labels?.[recordLabel] ?? ''
    const what = `the record of release ${number}`
    const movedTo = `ConfigMap ${head.metadata.name} in ${namespace}, label ${setAsideLabel}`
    const labels = { [recordLabel]: null, [stateLabel]: null, [setAsideLabel]: number }
    const body = { metadata: { labels, annotations: { 'shopctl.dev/why': why } } }
    const parts = found.filter((object) => object.metadata.labels?.[recordLabel] === number && !isHead(object))
    try {
      for (const { metadata } of [...parts, head]) await client.patch(reference(metadata.name), { body }, deadline())
      return { what, why, movedTo }
    } catch (error) {
      // Whoever may only look is told all the same.
      const reason = error instanceof Error ? error.message : String(error)
      return { what, why: `${why}; it could not be labelled: ${reason}`, movedTo }
    }
  }

  const createAll = async (record: ReleaseRecord, ended?: AbortSignal): Promise<boolean> => {
    const { head, parts } = renderRecord(record, namespace)
    for (const part of parts) await client.create(part, deadline(ended))
    if ((await client.create(head, deadline(ended))) !== null) return true
    await removeAll(parts.map(({ metadata }) => metadata.name))
    return false
  }

  const removeAll = async (names: readonly string[]): Promise<void> => {
    await Promise.all(names.map((name) => client.delete(reference(name), deadline())))
  }

  /** The new parts, then the head that names them, then the old parts away. False where another came first. */
  const replaceAll = async (before: KubeObject, record: ReleaseRecord, ended?: AbortSignal): Promise<boolean> => {
    const { head, parts } = renderRecord(record, namespace)
    for (const part of parts) await client.create(part, deadline(ended))
    const { resourceVersion, annotations } = before.metadata
    const metadata = {
      ...head.metadata,
      resourceVersion,
      annotations: { ...annotations, ...head.metadata.annotations },
    }
    if ((await client.replace({ ...head, metadata }, deadline(ended))) === null) return false
    const kept = new Set(parts.map((part) => part.metadata.name))
    // The record is safe: what is left over is removed with it, if not now.
    await removeAll((partsOf(before) ?? []).filter((name) => !kept.has(name))).catch(() => undefined)
    return true
  }

  return {
    async list() {
      const found = await fetchObjects(recordLabel)
      const records: ReleaseRecord[] = []
      const aside: SetAside[] = []
      for (const head of found.filter(isHead)) {
        const parsed = await parseRecord(head, found)
        if ('record' in parsed) records.push(parsed.record)
        else aside.push(await setAside(head, found, parsed.wrong))
      }
      return { records: records.toSorted((left, right) => right.number - left.number), setAside: aside }
    },

    async read(number) {
      const found = await fetchObjects(`${recordLabel}=${number}`)
      const head = found.find(isHead)
      const parsed = head === undefined ? null : await parseRecord(head, found)
      return parsed !== null && 'record' in parsed ? parsed.record : null
    },

    async create(record, ended) {
      let taken: number | null = null
      for (;;) {
        const number = await takeNumber(place, taken, deadline(ended))
        const numbered: ReleaseRecord = { ...record, number }
        if (await createAll(numbered, ended)) return numbered
        // Only where somebody has set the counter back.
        taken = number
      }
    },

    async update(record, ended) {
      for (;;) {
        const before = await client.read(reference(recordName(record.number)), deadline(ended))
        if (before !== null && (await replaceAll(before, record, ended))) return
        if (before !== null) continue
        // Deleted by hand while it was at work: what happened must not be lost with it.
        await ensureNamespace(client, namespace, deadline(ended))
        if (await createAll(record, ended)) return
      }
    },

    async remove(number) {
      const found = await fetchObjects(`${recordLabel}=${number}`)
      await removeAll(found.filter(isHead).map(({ metadata }) => metadata.name))
      await removeAll(found.filter((object) => !isHead(object)).map(({ metadata }) => metadata.name))
    },
  }
}

const isHead = ({ metadata }: KubeObject): boolean => metadata.labels?.[partLabel] === undefined
