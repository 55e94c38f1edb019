import { z } from 'zod'
import type { LockValue } from '../releases/stores.ts'

const lockValueSchema = z.object({
  schema: z.literal('shopctl.lock/1'),
  holder: z.string(),
  host: z.string(),
  processId: z.int(),
  processStart: z.string(),
  reason: z.string(),
  since: z.string(),
  timeToLiveSeconds: z.number().positive(),
  renewed: z.object({
    wall: z.string(),
    boot: z.object({ id: z.string(), uptimeSeconds: z.number() }).nullable(),
  }),
  released: z.boolean(),
})

export const renderLockValue = (value: LockValue): string =>
  `${JSON.stringify({ schema: 'shopctl.lock/1', ...value }, null, 2)}\n`

/** The value, or what is wrong with the text. */
export const parseLockValue = (text: string): { readonly value: LockValue } | { readonly wrong: string } => {
  try {
    const { schema: _, ...value } = lockValueSchema.parse(JSON.parse(text))
    return { value }
  } catch (error) {
    return { wrong: error instanceof z.ZodError ? z.prettifyError(error) : String(error) }
  }
}
