import { z } from 'zod'
import { ShopctlError } from '../../errors/shopctl-error.ts'

const values = z.record(z.string(), z.unknown().optional())

/** An action of tomorrow must not pass as "nothing happens": it fails the parse. */
const action = z.enum(['no-op', 'create', 'read', 'update', 'delete', 'forget'])

/** Marks have the shape of the values, `true` where a value, and all below it, is meant. */
const change = z.looseObject({
  actions: z.array(action).min(1),
  before: z.unknown().optional(),
  after: z.unknown().optional(),
  after_unknown: z.unknown().optional(),
  before_sensitive: z.unknown().optional(),
  after_sensitive: z.unknown().optional(),
  replace_paths: z.array(z.array(z.union([z.string(), z.number()]))).nullish(),
})

const resourceChange = z.looseObject({
  address: z.string().min(1),
  mode: z.string().default('managed'),
  type: z.string().min(1),
  name: z.string(),
  previous_address: z.string().nullish(),
  action_reason: z.string().nullish(),
  change,
})

const configuredResource = z.looseObject({
  address: z.string().min(1),
  /** What the code sets: an attribute that is missing here is left to AWS. */
  expressions: values.default({}),
})

const configuration = z.looseObject({
  root_module: z
    .looseObject({
      resources: z.array(configuredResource).default([]),
      variables: z.record(z.string(), z.looseObject({ sensitive: z.boolean().nullish() })).default({}),
    })
    .default({ resources: [], variables: {} }),
})

const stateResource = z.looseObject({
  address: z.string().min(1),
  type: z.string(),
  values: values.default({}),
  sensitive_values: z.unknown().optional(),
})
const rootModule = z.looseObject({ resources: z.array(stateResource).default([]) }).default({ resources: [] })

/** `terraform show -json` of a plan, as far as it is read here; it may hold more. */
const planSchema = z.looseObject({
  format_version: z.string().regex(/^1\./, 'shopctl reads format 1.x of a plan'),
  terraform_version: z.string().optional(),
  errored: z.boolean().default(false),
  variables: z.record(z.string(), z.looseObject({ value: z.unknown().optional() })).default({}),
  resource_changes: z.array(resourceChange).default([]),
  resource_drift: z.array(resourceChange).default([]),
  output_changes: z.record(z.string(), change).default({}),
  configuration: configuration.default({ root_module: { resources: [], variables: {} } }),
  /** The state as it was found, after asking AWS. */
  prior_state: z.looseObject({ values: z.looseObject({ root_module: rootModule }).nullish() }).nullish(),
})

export type TerraformPlan = z.infer<typeof planSchema>
export type PlannedChange = TerraformPlan['resource_changes'][number]
export type StateResource = z.infer<typeof stateResource>

const refused = (why: readonly string[], cause?: unknown): ShopctlError =>
  new ShopctlError({
    code: 'PLAN_UNREADABLE',
    outcome: 'refused',
    what: "Terraform's plan could not be read as a whole, so it was not judged; nothing was changed.",
    why,
    cause,
  })

/**
 * Throws PLAN_UNREADABLE where a part that a verdict rests on is missing, has another form, or says an action that is
 * not known here; what is not read is left alone.
 */
export const parsePlan = (json: unknown): TerraformPlan => {
  const parsed = planSchema.safeParse(json)
  if (!parsed.success) throw refused(z.prettifyError(parsed.error).split('\n'), parsed.error)
  if (parsed.data.errored) throw refused(['Terraform marked the plan as errored: it is not complete.'])
  return parsed.data
}

/** Of the one module that the stacks have. */
export const resourcesFound = (plan: TerraformPlan): readonly StateResource[] =>
  plan.prior_state?.values?.root_module.resources ?? []

/** An attribute that is written as null is left to AWS as well. */
const isSet = (expression: unknown): boolean => {
  if (typeof expression !== 'object' || expression === null) return false
  if (Array.isArray(expression)) return expression.length > 0
  const { constant_value: constant, ...rest } = { constant_value: null, ...expression }
  return constant !== null || Object.keys(rest).length > 0
}

/** Attributes that the code sets, by address. */
export const configuredAttributes = (plan: TerraformPlan): ReadonlyMap<string, Readonly<Record<string, unknown>>> =>
  new Map(
    plan.configuration.root_module.resources.map(({ address, expressions }) => [
      address,
      Object.fromEntries(Object.entries(expressions).filter(([, expression]) => isSet(expression))),
    ]),
  )
