import { z } from 'zod'
import { ShopctlError } from '../errors/shopctl-error.ts'
import { toType } from '../errors/to-type.ts'
import { lastWords } from '../tools/last-words.ts'
import type { Migrated } from './platform.ts'

const answerSchema = z.discriminatedUnion('event', [
  z.object({ event: z.literal('applied'), name: z.string(), reversible: z.boolean() }),
  z.object({
    event: z.literal('failed'),
    name: z.string().nullish(),
    message: z.string(),
    detail: z.string().nullish(),
  }),
])

export const linesOf = (text: string): readonly string[] => text.split('\n').filter((line) => line.trim() !== '')

const parseAnswers = (output: string): readonly z.infer<typeof answerSchema>[] =>
  linesOf(output).flatMap((line) => {
    try {
      const parsed = answerSchema.safeParse(JSON.parse(line))
      return parsed.success ? [parsed.data] : []
    } catch {
      return []
    }
  })

export type MigrationRun = {
  readonly service: string
  readonly environment: string
  readonly outcome: 'done' | 'failed'
  /** What the migration answered, one JSON document a line; other lines are let pass. */
  readonly output: string
  /** What else was said, told where the migration itself gave no reason. */
  readonly otherwise: readonly string[]
}

/** What a service's migration says of itself, wherever it ran: what was applied, and why it stopped. */
export const migratedBy = ({ service, environment, outcome, output, otherwise }: MigrationRun): Migrated => {
  const answers = parseAnswers(output)
  const applied = answers
    .filter((answer) => answer.event === 'applied')
    .map(({ name, reversible }) => ({ service, name, reversible }))
  if (outcome === 'done') return { applied, failure: null }
  const failed = answers.filter((answer) => answer.event === 'failed')
  const said = failed.flatMap(({ name, message, detail }) => [
    name ? `migration ${name}: ${message}` : message,
    ...(detail ? [detail] : []),
  ])
  const failure = new ShopctlError({
    code: 'MIGRATION_FAILED',
    outcome: 'failed',
    what: `${service} could not be migrated in ${environment}`,
    why: said.length > 0 ? said : lastWords(otherwise),
    fix: [toType(`history --env ${environment}`)],
  })
  return { applied, failure }
}

/** Why demo data was not loaded, in the service's last words. */
export const seedFailed = (service: string, said: readonly string[]): ShopctlError =>
  new ShopctlError({
    code: 'SEED_FAILED',
    outcome: 'failed',
    what: `The demo data of ${service} could not be loaded`,
    why: lastWords(said),
  })
