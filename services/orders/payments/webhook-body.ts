import type { z } from 'zod'
import { parseJson } from '../../kit/parse-json.ts'
import { WebhookRefused } from './provider.ts'

const decoder = new TextDecoder()

/** The body of a webhook whose signature was right. */
export const parseWebhookBody = <Event>(raw: Uint8Array, schema: z.ZodType<Event>): Event =>
  readOrRefuse(schema, parseJson(decoder.decode(raw)))

/** What its sender has signed and we cannot read is refused, so that it is seen and delivered again. */
export function readOrRefuse<Value>(schema: z.ZodType<Value>, value: unknown): Value {
  const parsed = schema.safeParse(value)
  if (!parsed.success) throw new WebhookRefused('unreadable')
  return parsed.data
}
