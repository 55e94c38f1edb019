import { z } from 'zod'

const resource = z.object({ address: z.string(), type: z.string(), values: z.record(z.string(), z.unknown()) })

/** Of `terraform show -json` of a state; one that is empty has no values. */
const stateSchema = z
  .object({ values: z.object({ root_module: z.object({ resources: z.array(resource).default([]) }) }).optional() })
  .nullable()

export type NotInService = { readonly address: string; readonly expected: string; readonly found: string }

/** What AWS says of itself once it is there; other types have no such word, and Terraform waits for them itself. */
const inService: Readonly<Record<string, string>> = {
  aws_eks_cluster: 'ACTIVE',
  aws_eks_node_group: 'ACTIVE',
  aws_db_instance: 'available',
}

/** What of a refreshed state is made but does not serve. A group that is being resized, or backups, are service too. */
export const notInService = (state: unknown): readonly NotInService[] => {
  const resources = stateSchema.parse(state)?.values?.root_module.resources ?? []
  return resources.flatMap(({ address, type, values }) => {
    const expected = inService[type]
    const found = String(values.status ?? 'unknown')
    return expected === undefined || found === expected || serving.has(found) ? [] : [{ address, expected, found }]
  })
}

const serving: ReadonlySet<string> = new Set(['UPDATING', 'backing-up', 'configuring-enhanced-monitoring', 'modifying'])
