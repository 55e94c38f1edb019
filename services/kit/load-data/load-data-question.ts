import { parseArgs } from 'node:util'
import { z } from 'zod'

const run = z.string().regex(/^[a-z0-9]{8,20}$/, 'must be 8 to 20 small letters and digits')
const mostAtOnce = 1_000

const count = z
  .string()
  .regex(/^[1-9]\d{0,3}$/)
  .transform(Number)
  .pipe(z.int().max(mostAtOnce))

const passwordHash = z.string().regex(/^\$argon2id\$[\w=$,+/]{20,200}$/, 'must be an Argon2id hash')

const questionSchema = z.discriminatedUnion('ask', [
  z.strictObject({ ask: z.literal('make'), run, count, passwordHash: passwordHash.optional() }),
  z.strictObject({ ask: z.literal('remove'), run }),
])
export type LoadDataQuestion = z.output<typeof questionSchema>

export type ReadLoadDataQuestion =
  | { readonly ok: true; readonly question: LoadDataQuestion }
  | { readonly ok: false; readonly why: string }

export const loadDataUsage =
  'usage: load-data make --run NAME --count NUMBER [--password-hash HASH] | load-data remove --run NAME'

/** Says why where the words are none of ours. */
export function readLoadDataQuestion(words: readonly string[]): ReadLoadDataQuestion {
  const told = parseWords(words)
  if (typeof told === 'string') return { ok: false, why: told }
  const question = questionSchema.safeParse(told)
  if (question.success) return { ok: true, question: question.data }
  const [issue] = question.error.issues
  return { ok: false, why: `${issue?.path.join('.') || 'it'}: ${issue?.message ?? 'is wrong'}` }
}

function parseWords(words: readonly string[]): Readonly<Record<string, unknown>> | string {
  const text = { type: 'string' } as const
  try {
    const { values, positionals } = parseArgs({
      args: [...words],
      options: { run: text, count: text, 'password-hash': text },
      allowPositionals: true,
    })
    const { 'password-hash': hash, ...rest } = values
    return { ask: positionals.join(' '), ...rest, ...(hash === undefined ? {} : { passwordHash: hash }) }
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}
