import { z } from 'zod'
import { ShopctlError } from '../../errors/shopctl-error.ts'

/** A resource as it is before or after a plan; values that AWS decides are not among its values. */
export type PlannedResource = {
  readonly address: string
  readonly type: string
  readonly values: Readonly<Record<string, unknown>>
  /** Addresses that its block `launch_template` names, before AWS has given the template an id. */
  readonly launchTemplates: readonly string[]
}

export type PlanResources = { readonly before: readonly PlannedResource[]; readonly after: readonly PlannedResource[] }

const values = z.record(z.string(), z.unknown()).nullable()

const templateReference = z.object({ id: z.object({ references: z.array(z.string()).default([]) }).optional() })

const configured = z.object({
  address: z.string(),
  expressions: z.object({ launch_template: z.array(templateReference).optional() }).default({}),
})

/** Only what an estimate looks at: the rest of a plan may hold secrets, and is not taken in. */
const planSchema = z.object({
  format_version: z.string(),
  resource_changes: z
    .array(
      z.object({
        address: z.string(),
        mode: z.string().default('managed'),
        type: z.string(),
        change: z.object({ actions: z.array(z.string()), before: values.default(null), after: values.default(null) }),
      }),
    )
    .default([]),
  configuration: z
    .object({ root_module: z.object({ resources: z.array(configured).default([]) }).default({ resources: [] }) })
    .default({ root_module: { resources: [] } }),
})

/** From `terraform show -json` of a plan. Throws PLAN_UNREADABLE (refused). */
export const readPlanResources = (plan: unknown): PlanResources => {
  const parsed = planSchema.safeParse(plan)
  if (!parsed.success) throw unreadable(parsed.error)
  const { resource_changes: changes, configuration } = parsed.data
  const templates = new Map(configuration.root_module.resources.map((one) => [one.address, templatesOf(one)]))
  const managed = changes.filter(({ mode }) => mode === 'managed')
  const side = (pick: (change: (typeof managed)[number]['change']) => PlannedResource['values'] | null) =>
    managed.flatMap(({ address, type, change }): readonly PlannedResource[] => {
      const found = pick(change)
      return found === null ? [] : [{ address, type, values: found, launchTemplates: templates.get(address) ?? [] }]
    })
  return {
    before: side(({ before }) => before),
    // What Terraform forgets goes on in AWS, and on the bill.
    after: side(({ before, after, actions }) => (actions.includes('forget') ? before : after)),
  }
}

const templatesOf = ({ expressions }: z.infer<typeof configured>): readonly string[] =>
  (expressions.launch_template ?? []).flatMap(({ id }) => id?.references ?? [])

const unreadable = (error: z.ZodError): ShopctlError =>
  new ShopctlError({
    code: 'PLAN_UNREADABLE',
    outcome: 'refused',
    what: 'What was given is not a plan of Terraform in its JSON form; nothing was estimated and nothing was changed.',
    why: error.issues.slice(0, 3).map(({ path, message }) => `${path.map(String).join('.')}: ${message}`),
    cause: error,
  })
