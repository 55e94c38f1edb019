import { z } from 'zod'
import { ShopctlError } from '../errors/shopctl-error.ts'
import { toType } from '../errors/to-type.ts'
import { lastWords } from '../tools/last-words.ts'
import { linesOf } from './migration-answers.ts'

const answerSchema = z.object({ event: z.literal('answer'), answer: z.unknown() })

export type ServiceRun = {
  readonly service: string
  readonly environment: string
  readonly outcome: 'done' | 'failed'
  /** What it printed: one JSON document is the answer, other lines are let pass. */
  readonly output: string
  /** What else was said: the reason where there is no answer. */
  readonly otherwise: readonly string[]
}

const parseAnswer = (line: string): z.infer<typeof answerSchema> | undefined => {
  if (!line.startsWith('{"event":"answer"')) return undefined
  try {
    return answerSchema.safeParse(JSON.parse(line)).data
  } catch {
    return undefined
  }
}

/** The log lines of a service are JSON; what a person reads of them is the message. */
const messageSchema = z.object({ level: z.string(), message: z.string() })

const wordsOf = (line: string): string => {
  try {
    return messageSchema.safeParse(JSON.parse(line)).data?.message ?? line
  } catch {
    return line
  }
}

/** What a service's program answered, wherever it ran. Throws SERVICE_DID_NOT_ANSWER. */
export const answerOf = ({ service, environment, outcome, output, otherwise }: ServiceRun): unknown => {
  const answer = linesOf(output).flatMap((line) => parseAnswer(line) ?? [])[0]
  if (outcome === 'done' && answer !== undefined) return answer.answer
  throw new ShopctlError({
    code: 'SERVICE_DID_NOT_ANSWER',
    outcome: 'unknown',
    what: `${service} did not answer in ${environment}; it serves as before.`,
    why: lastWords(otherwise.map(wordsOf)),
    fix: [toType(`status --env ${environment}`)],
  })
}
