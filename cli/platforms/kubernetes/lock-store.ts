import type { LockStore } from '../../releases/stores.ts'
import type { KubeClient, KubeObject } from './kube-client.ts'
import { leaseName, parseLease, renderLease } from './lease-object.ts'
import { ensureNamespace } from './namespace.ts'

/** Shorter than the lock's time to live: a server that does not answer must not keep its holder from noticing. */
const deadlineMilliseconds = 15_000

/** The lock as a Lease; its resource version is the compare-and-swap. Throws what the client throws. */
export const createKubeLockStore = ({
  client,
  namespace,
}: {
  readonly client: KubeClient
  readonly namespace: string
}): LockStore => {
  const reference = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', name: leaseName, namespace }
  /** As last read or written here: a renewal then needs one request and not two. */
  let known: KubeObject | null = null

  const fetchLease = async (): Promise<KubeObject | null> => {
    known = await client.read(reference, AbortSignal.timeout(deadlineMilliseconds))
    return known
  }

  return {
    sharedBy: 'many-machines',

    async read() {
      const lease = await fetchLease()
      return lease === null ? null : { value: parseLease(lease), version: versionOf(lease) }
    },

    async write(value, replaces) {
      const signal = AbortSignal.timeout(deadlineMilliseconds)
      if (replaces === null) {
        await ensureNamespace(client, namespace, signal)
        known = await client.create(renderLease(value, { namespace, before: null }), signal)
        return known === null ? null : versionOf(known)
      }
      const before = known !== null && versionOf(known) === replaces ? known : await fetchLease()
      if (before === null || versionOf(before) !== replaces) return null
      known = await client.replace(renderLease(value, { namespace, before }), signal)
      return known === null ? null : versionOf(known)
    },
  }
}

const versionOf = ({ metadata }: KubeObject): string => metadata.resourceVersion ?? ''
