import { z } from '@hono/zod-openapi'

/** Decimal digits only: `0x10`, `1e1`, `+5`, ` 5` and an empty value are refused, not guessed at. */
export function wholeNumberParameter({ least, most }: { readonly least: number; readonly most: number }) {
  return z
    .string()
    .regex(/^\d{1,16}$/, { error: 'must be decimal digits', abort: true })
    .transform(Number)
    .pipe(z.int().min(least).max(most))
    .openapi({ type: 'integer', minimum: least, maximum: most })
}

/** Exactly `true` or `false`. */
export const booleanParameter = z
  .enum(['true', 'false'])
  .transform((word) => word === 'true')
  .openapi({ type: 'boolean' })

/** Every list takes these two. */
export const pageParameters = {
  limit: wholeNumberParameter({ least: 1, most: 100 })
    .default(20)
    .openapi({ type: 'integer', minimum: 1, maximum: 100, default: 20, description: 'rows a page' }),
  cursor: z
    .string()
    .min(1)
    // What pagination.ts makes of the longest sort key there is, a name of 200 characters, with room to spare.
    .max(2_000)
    .optional()
    .openapi({ description: '`next_cursor` of the page before, with the same filters and sort' }),
}

/** Text with its length in code points, as a reader counts. */
export function text({ least, most }: { readonly least: number; readonly most: number }) {
  const rule = least === 0 ? `must have at most ${most} characters` : `must have ${least} to ${most} characters`
  return z
    .string()
    .refine(
      (value) => {
        // A code point has one or two units, so what is longer than this need not be counted.
        const length = value.length > 2 * most ? value.length : codePoints(value)
        return length >= least && length <= most
      },
      { error: rule, abort: true },
    )
    .openapi({ minLength: least, maxLength: most })
}

function codePoints(value: string): number {
  let count = 0
  for (const _ of value) count += 1
  return count
}
