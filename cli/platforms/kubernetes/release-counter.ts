import { shopLabels } from '../../../manifests/labels.ts'
import { isRecord } from './is-record.ts'
import type { KubeClient, KubeObject } from './kube-client.ts'
import { ensureNamespace } from './namespace.ts'

export type NumberPlace = { readonly client: KubeClient; readonly namespace: string }

const name = 'shopctl-releases'
const kind = { apiVersion: 'v1', kind: 'ConfigMap' } as const

/**
 * Takes the next number for good, in a ConfigMap that outlives the records: the newest may be removed, also by hand,
 * and its number never comes again. `afterTaken`: the counter was wrong, so that the names there are asked as well.
 */
export const takeNumber = async (
  { client, namespace }: NumberPlace,
  afterTaken: number | null,
  signal: AbortSignal,
): Promise<number> => {
  for (;;) {
    signal.throwIfAborted()
    const counter = await client.read({ ...kind, name, namespace }, signal)
    const counted = highestIn(counter)
    const named = counted === null || afterTaken !== null ? await highestName({ client, namespace }, signal) : 0
    const number = Math.max(counted ?? 0, named, afterTaken ?? 0) + 1
    const next = { ...kind, data: { highest: String(number) } }
    if (counter !== null && (await client.replace({ ...counter, ...next }, signal)) !== null) return number
    if (counter !== null) continue
    await ensureNamespace(client, namespace, signal)
    const metadata = { name, namespace, labels: { ...shopLabels } }
    if ((await client.create({ ...next, metadata }, signal)) !== null) return number
  }
}

/** Null where there is no counter, or one that somebody has edited to rubbish. */
const highestIn = (counter: KubeObject | null): number | null => {
  const highest = isRecord(counter?.data) ? counter.data.highest : undefined
  return typeof highest === 'string' && /^\d{1,9}$/.test(highest) ? Number(highest) : null
}

/** Of everything that has the name of a record, also what was set aside. */
const highestName = async ({ client, namespace }: NumberPlace, signal: AbortSignal): Promise<number> => {
  const { items } = await client.list({ ...kind, namespace }, signal)
  const numbers = items.flatMap(({ metadata }) => /^shopctl-release-(\d{1,9})(-|$)/.exec(metadata.name)?.[1] ?? [])
  return Math.max(0, ...numbers.map(Number))
}
