import { readFileSync } from 'node:fs'
import { z } from 'zod'

/**
 * A plan's JSON without all that an estimate does not read: a hundredth of its size, and no policy or secret in it.
 *
 *     terraform show -json plan.tfplan > plan.json
 *     node cli/infrastructure/cost/testing/cut-plan.ts plan.json > cli/infrastructure/cost/testing/prod.plan.json
 */
const kept: Readonly<Record<string, readonly string[]>> = {
  aws_db_instance: [
    'engine',
    'instance_class',
    'allocated_storage',
    'storage_type',
    'multi_az',
    'manage_master_user_password',
  ],
  aws_eks_cluster: ['version', 'upgrade_policy'],
  aws_eks_node_group: ['capacity_type', 'instance_types', 'scaling_config', 'disk_size', 'launch_template'],
  aws_elasticache_replication_group: [
    'engine',
    'node_type',
    'num_cache_clusters',
    'num_node_groups',
    'replicas_per_node_group',
  ],
  aws_launch_template: ['id', 'block_device_mappings'],
  aws_vpc_endpoint: ['vpc_endpoint_type', 'subnet_ids'],
}

const side = z.record(z.string(), z.unknown()).nullable()

const schema = z.object({
  format_version: z.string(),
  resource_changes: z.array(
    z.object({
      address: z.string(),
      mode: z.string(),
      type: z.string(),
      change: z.object({ actions: z.array(z.string()), before: side, after: side }),
    }),
  ),
  configuration: z.object({
    root_module: z.object({
      resources: z.array(
        z.object({
          address: z.string(),
          expressions: z
            .object({ launch_template: z.array(z.object({ id: z.object({ references: z.array(z.string()) }) })) })
            .partial()
            .default({}),
        }),
      ),
    }),
  }),
})

const cutSide = (type: string, values: z.infer<typeof side>) =>
  values === null ? null : Object.fromEntries(Object.entries(values).filter(([name]) => kept[type]?.includes(name)))

/** The JSON as text, one resource on each line. */
export const cutPlan = (plan: unknown): string => {
  const { resource_changes, configuration, format_version } = schema.parse(plan)
  const changes = resource_changes.map(({ change, ...resource }) => {
    const before = cutSide(resource.type, change.before)
    return { ...resource, change: { actions: change.actions, before, after: cutSide(resource.type, change.after) } }
  })
  const resources = configuration.root_module.resources.filter(({ expressions }) => expressions.launch_template)
  const lines = (all: readonly unknown[]) => all.map((one) => JSON.stringify(one)).join(',\n')
  return `{"format_version":${JSON.stringify(format_version)},
"resource_changes":[
${lines(changes)}
],
"configuration":{"root_module":{"resources":[
${lines(resources)}
]}}}
`
}

if (import.meta.main) process.stdout.write(cutPlan(JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8'))))
