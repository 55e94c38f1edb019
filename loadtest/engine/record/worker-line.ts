import { z } from 'zod'
import { snapshotSchema } from './snapshot.ts'

/** The last that a worker says. Without it, it died. */
export const workerEndSchema = z.object({
  version: z.literal(1),
  worker: z.string(),
  ended: z.object({
    /** That it sent: one that is missing was lost on the way. */
    snapshots: z.int().nonnegative(),
    usersNotCleanedUp: z.int().nonnegative(),
  }),
})
export type WorkerEnd = z.infer<typeof workerEndSchema>

const workerLineSchema = z.union([snapshotSchema, workerEndSchema])
export type WorkerLine = z.infer<typeof workerLineSchema>

export const encodeWorkerLine = (line: WorkerLine): string => JSON.stringify(line)

/** Throws a ZodError or SyntaxError where the line is neither. */
export const decodeWorkerLine = (line: string): WorkerLine => workerLineSchema.parse(JSON.parse(line))
