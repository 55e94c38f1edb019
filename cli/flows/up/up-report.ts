import { z } from 'zod'
import { plannedSteps } from '../steps.ts'

/** The steps of the whole way, in order. */
export const upSteps = plannedSteps.up
export type UpStep = (typeof upSteps)[number]

/** How a step came out. `found-done`: looked at, and there was nothing to do. `not-known`: what it needs is not there yet. */
export const upStepStates = ['done', 'found-done', 'skipped', 'would-change', 'not-known'] as const
export type UpStepState = (typeof upStepStates)[number]

const directions = z.object({
  entry: z.string(),
  docs: z.string(),
  mails: z.string().nullable(),
  logins: z.array(z.object({ role: z.string(), email: z.string(), password: z.string() })).readonly(),
  examples: z.array(z.string()).readonly(),
})

/** What `up --json` answers; its fields are promised to scripts. */
export const upReportSchema = z.object({
  schema: z.literal('shopctl.up/1'),
  environment: z.string(),
  /** The last two are of a dry run. */
  outcome: z.enum(['up', 'would-change', 'unchanged']),
  /** An earlier run that did not come to its end; null where there is none. */
  resumed: z
    .object({ who: z.string(), startedAt: z.string(), stoppedAt: z.string().nullable(), code: z.string().nullable() })
    .nullable(),
  steps: z
    .array(
      z.object({
        step: z.enum(upSteps),
        title: z.string(),
        state: z.enum(upStepStates),
        detail: z.string(),
        milliseconds: z.number(),
      }),
    )
    .readonly(),
  /** Null where the shop was not part of it. */
  directions: directions.nullable(),
})
export type UpReport = z.infer<typeof upReportSchema>
