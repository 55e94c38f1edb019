import { z } from 'zod'

/** The members of a service's log line that a person reads first; operations.md lists them all. */
const lineSchema = z.object({
  timestamp: z.string(),
  level: z.string(),
  message: z.string(),
  error: z.object({ message: z.string().optional(), stack: z.string().optional() }).optional(),
})

const parse = (text: string): z.infer<typeof lineSchema> | null => {
  if (!text.startsWith('{')) return null
  try {
    const parsed = lineSchema.safeParse(JSON.parse(text))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}

/** One line of a service's log for a person; what is not the services' JSON is shown as it is. */
export const logLineView = (text: string): string => {
  const line = parse(text)
  if (line === null) return text
  const why =
    line.error?.message === undefined || line.message.includes(line.error.message) ? '' : `: ${line.error.message}`
  return `${line.timestamp.slice(11, 23)} ${line.level.padEnd(5)} ${line.message}${why}`
}
