import { z } from 'zod'
import type { KubeClient } from './kube-client.ts'
import type { SettingsReference } from './settings-references.ts'

const contentSchema = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  binaryData: z.record(z.string(), z.unknown()).nullish(),
})

type MissingRequest = {
  readonly client: Pick<KubeClient, 'read'>
  readonly namespace: string
  readonly references: readonly SettingsReference[]
  readonly signal: AbortSignal
}

/**
 * Which of the settings that a pod names are not there. The kubelet says so in words, and also where it has not heard of
 * them yet; the API server knows. What may not be read counts as being there.
 */
export const fetchMissingSettings = async (request: MissingRequest): Promise<readonly SettingsReference[]> => {
  const { client, namespace, references, signal } = request
  const byObject = Map.groupBy(references, ({ kind, name }) => `${kind}/${name}`)
  const missing = await Promise.all(
    [...byObject.values()].map(async (wanted): Promise<readonly SettingsReference[]> => {
      const [first] = wanted
      if (first === undefined) return []
      const { kind, name } = first
      const found = await client
        .read({ apiVersion: 'v1', kind, name, namespace }, signal)
        .catch(() => 'not-told' as const)
      if (found === 'not-told') return []
      if (found === null) return [{ kind, name, key: null }]
      const { data, binaryData } = contentSchema.safeParse(found).data ?? {}
      const keys = new Set([...Object.keys(data ?? {}), ...Object.keys(binaryData ?? {})])
      return wanted.filter(({ key }) => key !== null && !keys.has(key))
    }),
  )
  return missing.flat()
}
