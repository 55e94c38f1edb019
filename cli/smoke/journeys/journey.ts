import type { z } from 'zod'
import type { ServiceName } from '../../../services/registry.ts'
import { parsedJson } from '../../tools/parsed-json.ts'
import type { Answer, Ask } from '../exchange.ts'
import { faultOf } from '../expectation.ts'

/** What a journey has learned so far. Throws where a step asks for what no step before it learned. */
export type Recall = (name: string) => string

export type Notes = Readonly<Record<string, string>>

/** What an answer means for the journey. */
export type Judged =
  | { readonly state: 'good'; readonly learned: Notes }
  | { readonly state: 'wrong'; readonly fault: string }
  /** The journey cannot be made here, and nobody is to blame. */
  | { readonly state: 'impossible'; readonly reason: string }

export type JourneyStep = {
  /** What a customer would say that they do. */
  readonly name: string
  readonly service: ServiceName
  readonly ask: (recall: Recall) => Ask
  readonly judge: (answer: Answer, recall: Recall) => Judged
  /** Asked again for so long where the first answer is not yet the wanted one; null: the first answer counts. */
  readonly withinSeconds: number | null
}

/** A customer's way through the shop that makes data. What it made is taken away again whatever happens. */
export type Journey = {
  readonly name: string
  /** People with an account of their own, by the name that the steps know them by. */
  readonly people: readonly string[]
  readonly needs: readonly ('account' | 'simulated-payment')[]
  readonly steps: readonly JourneyStep[]
}

type StepFacts<Body> = {
  readonly name: string
  readonly service: ServiceName
  readonly ask: JourneyStep['ask']
  readonly status: number
  readonly body: z.ZodType<Body>
  /** What is wrong with a body of the right form, as the end of a sentence; null where nothing is. */
  readonly refuse?: (body: Body, recall: Recall) => string | null
  readonly impossible?: (body: Body) => string | null
  readonly learn?: (body: Body) => Notes
  readonly withinSeconds?: number
}

/** A step from what is asked, what has to come back and what is kept of it. */
export const step = <Body>(facts: StepFacts<Body>): JourneyStep => ({
  name: facts.name,
  service: facts.service,
  ask: facts.ask,
  withinSeconds: facts.withinSeconds ?? null,
  judge(answer, recall) {
    const { status, body: schema } = facts
    const fault = faultOf(answer, answer.text === '' ? { status } : { status, json: schema })
    if (fault !== null) return { state: 'wrong', fault }
    const body = schema.safeParse(parsedJson(answer.text)?.value)
    if (!body.success) return { state: 'wrong', fault: `answered ${status} with an empty body` }
    const reason = facts.impossible?.(body.data) ?? null
    if (reason !== null) return { state: 'impossible', reason }
    const refused = facts.refuse?.(body.data, recall) ?? null
    if (refused !== null) return { state: 'wrong', fault: `answered ${status} ${refused}` }
    return { state: 'good', learned: facts.learn?.(body.data) ?? {} }
  },
})
