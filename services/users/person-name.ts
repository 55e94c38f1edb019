import { z } from '@hono/zod-openapi'

/** What a person is called: one line of any script. */
export const personNameSchema = z
  .string()
  .transform((name) => name.trim())
  .refine((name) => {
    const { length } = Array.from(name)
    return length >= 1 && length <= 100 && !/\p{Cc}/u.test(name)
  }, 'must have 1 to 100 characters and no control characters')
  .openapi({ type: 'string', minLength: 1, maxLength: 100, example: 'Ada Lovelace' })
