import { z } from 'zod'

const condition = z.object({
  type: z.string(),
  status: z.string(),
  reason: z.string().default(''),
  message: z.string().default(''),
  lastTransitionTime: z.string().nullish(),
})

/** What a controller says of an object: its `status.conditions`. */
export const conditions = z.array(condition).default([])
