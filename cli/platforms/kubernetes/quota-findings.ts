import { z } from 'zod'
import type { ServiceSize } from '../../../stacks/environments.ts'
import type { KubeObject } from './kube-client.ts'
import { parseQuantity } from './quantity.ts'

const quotaSchema = z.object({
  metadata: z.object({ name: z.string() }),
  status: z
    .object({
      hard: z.record(z.string(), z.string()).default({}),
      used: z.record(z.string(), z.string()).default({}),
    })
    .prefault({}),
})

const amounts: Readonly<Record<string, (size: ServiceSize) => number | null>> = {
  pods: () => 1,
  cpu: ({ requests }) => parseQuantity(requests.cpu),
  memory: ({ requests }) => parseQuantity(requests.memory),
  'requests.cpu': ({ requests }) => parseQuantity(requests.cpu),
  'requests.memory': ({ requests }) => parseQuantity(requests.memory),
  'limits.cpu': ({ limits }) => parseQuantity(limits.cpu),
  'limits.memory': ({ limits }) => parseQuantity(limits.memory),
}

/** A rollout brings one pod more of each service; where nothing runs yet, the least of all comes beside it. */
const podsWanted = ({ replicas }: ServiceSize, runs: 'nothing' | 'the shop'): number =>
  runs === 'the shop' ? 1 : replicas.min + 1

/** One sentence for each quota of the namespace that has too little left for the next release. */
export const quotaShortages = (
  quotas: readonly KubeObject[],
  { sizes, runs }: { readonly sizes: readonly ServiceSize[]; readonly runs: 'nothing' | 'the shop' },
): readonly string[] =>
  quotas.flatMap((quota) => {
    const { data } = quotaSchema.safeParse(quota)
    if (data === undefined) return []
    const { hard, used } = data.status
    return Object.entries(hard).flatMap(([name, limit]) => {
      const amountOf = amounts[name]
      const most = parseQuantity(limit)
      if (amountOf === undefined || most === null) return []
      const left = most - (parseQuantity(used[name] ?? '0') ?? 0)
      const wanted = sizes.reduce((sum, size) => sum + podsWanted(size, runs) * (amountOf(size) ?? 0), 0)
      return wanted <= left ? [] : [`${data.metadata.name}: ${name} ${used[name] ?? '0'} of ${limit} is in use`]
    })
  })
