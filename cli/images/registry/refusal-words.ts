import { z } from 'zod'
import type { RegistryAnswer } from './wire.ts'

const errorsSchema = z.object({
  errors: z.array(z.object({ code: z.string(), message: z.string().optional() })),
})

type Refusal = z.infer<typeof errorsSchema>['errors']

const errorsOf = (answer: RegistryAnswer): Refusal => {
  try {
    return errorsSchema.parse(JSON.parse(answer.body.toString())).errors
  } catch {
    return []
  }
}

/** Whether the registry names this reason, for example `NAME_UNKNOWN`. */
export const refusesWith = (answer: RegistryAnswer, code: string): boolean =>
  errorsOf(answer).some((error) => error.code === code)

/** The registry's answer as evidence: what was asked, the status, and its own words. */
export const parseRefusal = (answer: RegistryAnswer, asked: string): readonly string[] => [
  `it answered ${answer.status} to ${asked}`,
  ...errorsOf(answer).map(({ code, message }) => (message === undefined ? code : `${code}: ${message}`)),
]
