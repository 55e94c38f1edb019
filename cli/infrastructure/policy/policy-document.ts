import { isRecord } from '../plan/veil.ts'
import { recordsOf, textsOf } from './planned-stack.ts'

export type Statement = {
  readonly allows: boolean
  /** Every principal as text, `*` for anyone; null where the statement names none, as in a policy of a role. */
  readonly principals: readonly string[] | null
  /** Everyone but those that are named. */
  readonly allBut: 'principals' | 'actions' | null
  readonly actions: readonly string[]
  readonly conditionKeys: readonly string[]
}

const parseJson = (text: string): unknown => {
  try {
    const value: unknown = JSON.parse(text)
    return value
  } catch {
    return null
  }
}

const principalsOf = (principal: unknown): readonly string[] | null => {
  if (principal === undefined) return null
  return isRecord(principal) ? Object.values(principal).flatMap(textsOf) : textsOf(principal)
}

const statement = (raw: Readonly<Record<string, unknown>>): Statement => ({
  allows: raw.Effect === 'Allow',
  principals: principalsOf(raw.Principal),
  allBut: raw.NotPrincipal !== undefined ? 'principals' : raw.NotAction !== undefined ? 'actions' : null,
  actions: textsOf(raw.Action),
  conditionKeys: recordsOf(raw.Condition).flatMap((operators) =>
    Object.values(operators).flatMap((keys) => Object.keys(isRecord(keys) ? keys : {})),
  ),
})

/** The statements of an IAM policy in JSON; none where it is no policy. */
export const statementsOf = (policy: unknown): readonly Statement[] => {
  const document = typeof policy === 'string' ? parseJson(policy) : policy
  return isRecord(document) ? recordsOf(document.Statement).map(statement) : []
}
