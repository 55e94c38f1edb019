import { z } from '@hono/zod-openapi'
import { Problem, problems } from '../kit/problems.ts'
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

/** As long as the rows in guessers' lists are; of a longer one its length is enough to ask. */
const longestRow = 12

/** Why a password of the right length is still too easy to guess; null where it is not. */
export function guessableBecause(password: string, email: string): string | null {
  const lower = password.toLowerCase()
  if (commonPasswords.has(lower)) return 'is one of the most common passwords'
  const address = email.toLowerCase()
  if (lower === address || lower === address.slice(0, address.lastIndexOf('@'))) return 'is your own address'
  return isRow(lower) ? 'is one character again and again, or a row of them' : null
}

/** A short `aaaaaaaa`, `abcdefgh`, `98765432`: each character is as far from the one before as the second from the first. */
function isRow(text: string): boolean {
  const codes = Array.from(text, (character) => character.codePointAt(0) ?? 0)
  if (codes.length > longestRow) return false
  const steps = new Set(codes.slice(1).map((code, index) => code - (codes[index] ?? 0)))
  const [step = 0] = steps
  return steps.size <= 1 && Math.abs(step) <= 1
}

/** Throws the 422 that points at the password. */
export function refuseGuessable(password: string, email: string): void {
  const message = guessableBecause(password, email)
  if (message === null) return
  throw new Problem(problems.invalid, { errors: [{ pointer: '/password', code: 'guessable', message }] })
}

function isBetween(text: string, { least, most }: { readonly least: number; readonly most: number }): boolean {
  const { length } = Array.from(text)
  return length >= least && length <= most
}
