import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { type InstallationName, installations } from '../../../../stacks/installations.ts'
import { usageOf } from '../../../../stacks/usage.ts'
import type { CostQuestion } from '../cost-estimate.ts'
import { prices } from '../prices.ts'

const side = z.record(z.string(), z.unknown()).nullable()

const planSchema = z.looseObject({
  resource_changes: z.array(
    z.looseObject({
      address: z.string(),
      type: z.string(),
      change: z.looseObject({ actions: z.array(z.string()), before: side, after: side }),
    }),
  ),
})

export type Plan = z.infer<typeof planSchema>
type Change = Plan['resource_changes'][number]

/** The plan that makes all of prod from nothing: Terraform's own, cut by cut-plan.ts. */
export const planOfProd: Plan = planSchema.parse(
  JSON.parse(readFileSync(join(import.meta.dirname, 'prod.plan.json'), 'utf8')),
)

const eachChange = (plan: Plan, change: (one: Change) => Change): Plan => ({
  ...plan,
  resource_changes: plan.resource_changes.map(change),
})

/** The plan after it was applied, with nothing to do. */
export const applied = (plan: Plan): Plan =>
  eachChange(plan, (one) => ({
    ...one,
    change: { actions: ['no-op'], before: one.change.after, after: one.change.after },
  }))

/** The plan with other values after it, for all resources of a type or one address. */
export const changed = (plan: Plan, which: string, values: Readonly<Record<string, unknown>>): Plan =>
  eachChange(plan, (one) =>
    one.type !== which && one.address !== which
      ? one
      : { ...one, change: { ...one.change, actions: ['update'], after: { ...one.change.after, ...values } } },
  )

/** The plan that takes all of it away again, or forgets it. */
export const without = (plan: Plan, action: 'delete' | 'forget'): Plan =>
  eachChange(applied(plan), (one) => ({
    ...one,
    change: { actions: [action], before: one.change.before, after: null },
  }))

export const questionOf = (installation: InstallationName): CostQuestion => ({
  stack: { kind: 'shop', installation },
  installation: installations[installation],
  usage: usageOf[installation],
  prices,
  today: new Date('2026-11-23T12:00:00Z'),
  budget: installations[installation].budget,
})
