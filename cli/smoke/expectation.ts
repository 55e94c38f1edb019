import type { z } from 'zod'
import { parsedJson } from '../tools/parsed-json.ts'
import type { Answer } from './exchange.ts'

/** What a healthy shop answers, as far as it matters. */
export type Expectation = {
  readonly status: number
  /** What a header has to match; null where there must be none. */
  readonly headers?: Readonly<Record<string, RegExp | null>>
  /** What the body has to be, as JSON. */
  readonly json?: z.ZodType
}

const shownLength = 300
/** An answer that should have been another one may hold what opens an account. */
const secretMembers = /("(?:access_token|refresh_token|password|token)"\s*:\s*)"[^"]*"?/g

const excerpt = (text: string): string =>
  // Before it is cut: of a secret that is cut in two nobody would see the end.
  text.replaceAll(secretMembers, '$1"…"').slice(0, shownLength).replaceAll(/\s+/g, ' ')

const headerFault = (headers: Headers, [name, wanted]: readonly [string, RegExp | null]): string | null => {
  const value = headers.get(name)
  if (wanted === null) return value === null ? null : `with the header ${name}: ${value}, which must not be there`
  if (value === null) return `without the header ${name}`
  return wanted.test(value) ? null : `with ${name}: ${value}, which does not match ${wanted}`
}

const bodyFault = (text: string, schema: z.ZodType): string | null => {
  const json = parsedJson(text)
  if (json === null) return `with a body that is no JSON: ${excerpt(text)}`
  const { error } = schema.safeParse(json.value)
  const [issue] = error?.issues ?? []
  if (issue === undefined) return null
  const where = issue.path.length === 0 ? 'its body' : issue.path.join('.')
  return `with another body than expected (${where}: ${issue.message}): ${excerpt(text)}`
}

/** What is wrong with an answer, as the end of a sentence that begins with what was asked; null where nothing is. */
export const faultOf = ({ status, headers, text }: Answer, expected: Expectation): string | null => {
  if (status !== expected.status) return `answered ${status} instead of ${expected.status}: ${excerpt(text)}`
  const inHeaders = Object.entries(expected.headers ?? {}).flatMap((header) => headerFault(headers, header) ?? [])
  const fault = inHeaders[0] ?? (expected.json === undefined ? null : bodyFault(text, expected.json))
  return fault === null ? null : `answered ${status} ${fault}`
}
