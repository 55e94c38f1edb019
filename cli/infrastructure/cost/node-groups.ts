import { z } from 'zod'
import type { UnpricedLine } from '../cost-estimate.ts'
import type { PlannedResource } from './plan-resources.ts'

export type NodeGroup = {
  readonly address: string
  readonly capacity: 'on-demand' | 'spot'
  /** The first that is named: the one that AWS takes first where it can. */
  readonly instanceType: string
  readonly otherTypes: readonly string[]
  readonly min: number
  readonly max: number
  readonly disk: { readonly kind: string; readonly gigabytes: number }
}

const groupSchema = z.object({
  capacity_type: z.enum(['ON_DEMAND', 'SPOT']).nullish(),
  instance_types: z.array(z.string()).min(1),
  scaling_config: z.array(z.object({ min_size: z.number(), max_size: z.number() })).length(1),
  disk_size: z.number().nullish(),
  launch_template: z.array(z.object({ id: z.string().nullish() })).nullish(),
})

const templateSchema = z.object({
  id: z.string().nullish(),
  block_device_mappings: z
    .array(z.object({ ebs: z.array(z.object({ volume_size: z.number(), volume_type: z.string() })).length(1) }))
    .length(1),
})

/** The volume of a group that names none: EKS' own default. */
const defaultDisk = { kind: 'gp3', gigabytes: 20 } as const

/** A node group with the disk of its launch template; what of it cannot be read is a line without a price. */
export const readNodeGroup = (
  group: PlannedResource,
  resources: readonly PlannedResource[],
): NodeGroup | UnpricedLine => {
  const cannot = (why: string): UnpricedLine => ({ subject: group.address, item: 'nodes', why })
  const parsed = groupSchema.safeParse(group.values)
  if (!parsed.success) return cannot(unread(parsed.error))
  const { capacity_type, instance_types, scaling_config, disk_size, launch_template } = parsed.data
  const [instanceType, ...otherTypes] = instance_types
  const [scaling] = scaling_config
  if (instanceType === undefined || scaling === undefined) return cannot('its instance type or its size is not known')

  const template = resources.find(
    ({ address, type, values }) =>
      type === 'aws_launch_template' &&
      (group.launchTemplates.includes(address) ||
        (typeof values.id === 'string' && launch_template?.some(({ id }) => id === values.id))),
  )
  const disk = template === undefined ? { ...defaultDisk, gigabytes: disk_size ?? 20 } : diskOf(template)
  if (disk === null) return cannot(`the disk of its launch template ${template?.address} is not known`)
  return {
    address: group.address,
    capacity: capacity_type === 'SPOT' ? 'spot' : 'on-demand',
    instanceType,
    otherTypes,
    min: scaling.min_size,
    max: scaling.max_size,
    disk,
  }
}

const diskOf = ({ values }: PlannedResource): NodeGroup['disk'] | null => {
  const volume = templateSchema.safeParse(values).data?.block_device_mappings[0]?.ebs[0]
  return volume === undefined ? null : { kind: volume.volume_type, gigabytes: volume.volume_size }
}

/** `instance_class: …`: which attribute has no value that a price could be found by. */
export const unread = (error: z.ZodError): string =>
  error.issues
    .map(({ path, message }) => `${path.map(String).join('.')}: ${message}`)
    .slice(0, 2)
    .join('; ')
