import { type ParseArgsConfig, parseArgs } from 'node:util'
import { z } from 'zod'

const moment = z.iso.datetime({ offset: true }).transform((text) => new Date(text))
const consumer = z.string().regex(/^[a-z][a-z-]{0,49}$/)
const type = z.string().regex(/^[a-z_]{1,40}\.[a-z_]{1,40}\.v[1-9][0-9]?$/)
const limit = z
  .string()
  .regex(/^[1-9]\d{0,3}$/)
  .transform(Number)
  .pipe(z.int().max(1_000))
  .default(100)
const text = z.string().trim().min(1)
const actor = text.max(200)
const reason = text.max(500)

const range = { from: moment.optional(), to: moment.optional(), type: type.optional(), subject: z.uuid().optional() }

/** The words after `events`, and what may and must be told with them. `id` is the word that stands by itself. */
const questionSchema = z.discriminatedUnion('ask', [
  z.strictObject({
    ask: z.literal('list'),
    ...range,
    state: z.enum(['published', 'unpublished', 'refused']).optional(),
    limit,
  }),
  z.strictObject({ ask: z.literal('show'), id: z.uuid() }),
  z.strictObject({
    ask: z.literal('replay'),
    ...range,
    id: z.uuid().optional(),
    consumer: consumer.optional(),
    actor,
    reason: reason.optional(),
  }),
  z.strictObject({ ask: z.literal('consumers') }),
  z.strictObject({
    ask: z.literal('dead list'),
    consumer: consumer.optional(),
    type: type.optional(),
    handled: z.enum(['left-out', 'included']).default('left-out'),
    limit,
  }),
  z.strictObject({ ask: z.literal('dead show'), id: z.uuid(), consumer: consumer.optional() }),
  z.strictObject({
    ask: z.literal('dead replay'),
    id: z.uuid().optional(),
    consumer: consumer.optional(),
    type: type.optional(),
    actor,
    reason: reason.optional(),
  }),
  z.strictObject({ ask: z.literal('dead drop'), id: z.uuid(), consumer: consumer.optional(), actor, reason }),
])

export type EventQuestion = z.output<typeof questionSchema>

export type ReadQuestion =
  | { readonly ok: true; readonly question: EventQuestion }
  | { readonly ok: false; readonly why: string }

const names = ['from', 'to', 'type', 'subject', 'state', 'limit', 'consumer', 'handled', 'actor', 'reason'] as const
const options: ParseArgsConfig['options'] = Object.fromEntries(names.map((name) => [name, { type: 'string' }]))

export const eventsUsage =
  'usage: events list [--from --to --type --subject --state --limit] | show ID | replay [ID] [--from --to --type ' +
  '--subject --consumer --reason] --actor | consumers | dead list [--consumer --type --handled --limit] | dead show ' +
  'ID | dead replay [ID] [--consumer --type --reason] --actor | dead drop ID [--consumer] --reason --actor'

/** Says why where the words are none of ours. */
export function readEventQuestion(words: readonly string[]): ReadQuestion {
  const told = parseWords(words)
  if (!told.ok) return told
  const { values, positionals } = told
  const length = positionals[0] === 'dead' ? 2 : 1
  const [id, ...rest] = positionals.slice(length)
  if (rest.length > 0) return { ok: false, why: `${rest.join(' ')} is one word too much` }
  const given = { ...values, ask: positionals.slice(0, length).join(' '), ...(id === undefined ? {} : { id }) }
  const question = questionSchema.safeParse(given)
  if (question.success) return { ok: true, question: question.data }
  return {
    ok: false,
    why: question.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '),
  }
}

function parseWords(words: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({ args: [...words], options, allowPositionals: true, strict: true })
    return { ok: true, values, positionals } as const
  } catch (error) {
    return { ok: false, why: error instanceof Error ? error.message : String(error) } as const
  }
}
