import { z } from '@hono/zod-openapi'
import { text } from './query-parameters.ts'

/** Takes room at most: spaces, joiners, direction marks, fillers, accents without a letter, the empty Braille cell. */
const nothingToSee = /^[\p{C}\p{Z}\p{M}\p{Default_Ignorable_Code_Point}\u2800]*$/u
/** Ends the line, or turns around what stands beside the name. A mark of direction only helps a script that needs it. */
const disturbing = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/u

/** What a thing or a person is called: one line of any script, of which something can be seen, without blanks around it. */
export function nameSchema(most: number) {
  return z
    .string()
    .trim()
    .pipe(text({ least: 1, most }))
    .refine((name) => !nothingToSee.test(name), 'must have a character that can be seen')
    .refine(isOneLine, noDisturbance)
    .openapi({ minLength: 1, maxLength: most })
}

/** The same where there may be nothing. */
export function lineSchema(most: number) {
  return z
    .string()
    .trim()
    .pipe(text({ least: 0, most }))
    .refine(isOneLine, noDisturbance)
    .openapi({ maxLength: most })
}

const isOneLine = (value: string): boolean => !disturbing.test(value)
const noDisturbance = 'must not have control characters or those that turn the direction'
