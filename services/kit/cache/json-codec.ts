import type { z } from 'zod'
import { parseJson } from '../parse-json.ts'
import type { Codec } from './cache.ts'

/** What cannot be read, for whatever reason, counts as absent from the cache. */
export function jsonCodec<Value>(schema: z.ZodType<Value>): Codec<Value> {
  return {
    render: (value) => JSON.stringify(value),
    parse: (text) => schema.safeParse(parseJson(text)).data,
  }
}
