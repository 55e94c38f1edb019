import { z } from 'zod'
import { generatorSecondSchema, seriesSecondSchema } from '../record/snapshot.ts'

/** What all workers together saw in a second, or in a few of a long run. */
export const windowSchema = z.object({
  /** The first of it, of the run from 0. */
  second: z.int().nonnegative(),
  seconds: z.int().positive(),
  series: z.array(seriesSecondSchema),
  generator: generatorSecondSchema,
})
export type Window = z.infer<typeof windowSchema>
