import { z } from '@hono/zod-openapi'
import { commonPasswords } from './common-passwords.ts'

/** Exact: nothing is trimmed or folded, and a length counts what a person sees as characters. */
export const passwordSchema = z
  .string()
  .refine((password) => isBetween(password, { least: 8, most: 128 }), 'must have 8 to 128 characters')
  .openapi({ type: 'string', format: 'password', minLength: 8, maxLength: 128, example: 'correct horse battery' })

/** A password as given at login: what is not a password by today's rules may have been one once. */
export const givenPasswordSchema = z
  .string()
  .refine((password) => isBetween(password, { least: 1, most: 128 }), 'must have 1 to 128 characters')
  .openapi({ type: 'string', format: 'password', minLength: 1, maxLength: 128, example: 'correct horse battery' })

/** Why a password of the right length is still too easy to guess; null where it is not. */
export function guessableBecause(password: string, email: string): string | null {
  const lower = password.toLowerCase()
  if (commonPasswords.has(lower)) return 'is one of the most common passwords'
  const address = email.toLowerCase()
  if (lower === address || lower === address.slice(0, address.lastIndexOf('@'))) return 'is your own address'
  return null
}

function isBetween(text: string, { least, most }: { readonly least: number; readonly most: number }): boolean {
  const { length } = Array.from(text)
  return length >= least && length <= most
}
