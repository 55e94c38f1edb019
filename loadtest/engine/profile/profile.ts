import { z } from 'zod'

const seconds = z.number().positive()
const share = z.number().min(0).max(1)

export const thinkTimeSchema = z
  .object({ min: z.number().nonnegative(), max: z.number().nonnegative() })
  .refine(({ min, max }) => min <= max, 'the least think time is above the most')

/** What makes a run say nothing about the shop, because the generator itself was at its end. */
const limitsSchema = z.object({
  schedulerLagP99Milliseconds: z.number().positive().default(100),
  /** Of arrivals that were not started: above it no latency can be said to be met. */
  droppedShare: share.default(0.01),
})

const common = {
  name: z.string().min(1),
  durationSeconds: seconds,
  /** One for connecting, sending, head and body together. */
  requestDeadlineSeconds: seconds.default(30),
  /** Of the whole run and each origin; left out, as many as users are in flight. */
  connections: z.int().positive().optional(),
  /** How long an idle connection is kept; a server that says less is believed. */
  keepAliveSeconds: seconds.default(4),
  /** For the `stop` of all users together, after the load. */
  cleanUpSeconds: seconds.default(10),
  /** The same seed and profile draw the same users, scenarios and think times. */
  seed: z.int().nonnegative().default(1),
  limits: limitsSchema.prefault({}),
}

const closedStage = z.object({ durationSeconds: seconds, users: z.int().nonnegative() })

/** Closed: so many users, each waiting for its answer and then thinking. */
const closedSchema = z.object({
  model: z.literal('closed'),
  ...common,
  users: z.int().positive(),
  /** There from the first moment. */
  startUsers: z.int().nonnegative().default(0),
  /** Also of users who leave where a stage has fewer. */
  spawnRatePerSecond: z.number().positive(),
  thinkTimeSeconds: thinkTimeSchema,
  stages: z.array(closedStage).min(1).optional(),
})

const openStage = z.object({
  durationSeconds: seconds,
  arrivalsPerSecond: z.number().nonnegative(),
  /** A ramp from here; left out, the stage has one rate. */
  fromArrivalsPerSecond: z.number().nonnegative().optional(),
})

/** Open: users arrive whether or not earlier ones have ended, each goes once through its scenario. */
const openSchema = z.object({
  model: z.literal('open'),
  ...common,
  arrivalsPerSecond: z.number().positive(),
  arrivals: z.enum(['even', 'poisson']).default('poisson'),
  /** Who would arrive beyond it is not started but counted as dropped. */
  mostUsersInFlight: z.int().positive(),
  thinkTimeSeconds: thinkTimeSchema.default({ min: 0, max: 0 }),
  stages: z.array(openStage).min(1).optional(),
})

type Staged = {
  readonly durationSeconds: number
  readonly stages?: readonly { readonly durationSeconds: number }[] | undefined
}

const lastsAsLongAsItsStages = ({ durationSeconds, stages }: Staged): boolean => {
  if (stages === undefined) return true
  return Math.abs(stages.reduce((sum, stage) => sum + stage.durationSeconds, 0) - durationSeconds) < 1e-6
}

/** Load as data. */
export const profileSchema = z
  .discriminatedUnion('model', [closedSchema, openSchema])
  .refine(lastsAsLongAsItsStages, 'the stages last longer or shorter than durationSeconds')

export type Profile = z.infer<typeof profileSchema>
export type ProfileInput = z.input<typeof profileSchema>
export type ClosedProfile = z.infer<typeof closedSchema>
export type OpenProfile = z.infer<typeof openSchema>
export type ThinkTime = z.infer<typeof thinkTimeSchema>
export type Limits = z.infer<typeof limitsSchema>

export const thinkMeanSeconds = ({ thinkTimeSeconds }: Profile): number =>
  (thinkTimeSeconds.min + thinkTimeSeconds.max) / 2
