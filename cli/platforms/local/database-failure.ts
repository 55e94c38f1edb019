import { ShopctlError } from '../../errors/shopctl-error.ts'
import { redact } from '../../tools/redact.ts'

type Mapping = { readonly code: string; readonly what: (place: string) => string }

const loginRefused: Mapping = {
  code: 'DATABASE_LOGIN_REFUSED',
  what: (place) => `The database server at ${place} does not let this user in.`,
}
const rightsMissing: Mapping = {
  code: 'DATABASE_RIGHTS_MISSING',
  what: (place) => `The user of DATABASE_URL may not create roles and databases at ${place}.`,
}
const unreachable: Mapping = {
  code: 'DATABASE_UNREACHABLE',
  what: (place) => `The database server at ${place} cannot be reached.`,
}
const refused: Mapping = {
  code: 'DATABASE_REFUSED',
  what: (place) => `The database server at ${place} refused.`,
}

/** SQLSTATE of what a server said; Node's own errors have codes of another shape. */
export const sqlState = (error: unknown): string | null => {
  const code = error instanceof Error && 'code' in error ? error.code : null
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : null
}

const mappingOf = (error: unknown): Mapping => {
  const state = sqlState(error)
  if (state === null) return unreachable
  if (state.startsWith('28')) return loginRefused
  if (state === '42501') return rightsMissing
  // Too many connections, starting up, shutting down.
  if (state.startsWith('53') || state.startsWith('57P')) return unreachable
  return refused
}

/** Happy eyeballs fail with one error for each address and no message of their own. */
const wordsOf = (error: unknown): readonly string[] => {
  if (error instanceof AggregateError && error.message === '') return error.errors.flatMap(wordsOf)
  return [error instanceof Error ? error.message : String(error)]
}

export type Connected = {
  /** `host:port`, without the user's name or password. */
  readonly place: string
  readonly password: string
  readonly fix: readonly string[]
}

/** What went wrong with a server, in its own words without the password. All are refused: nothing of the shop changed. */
export const databaseFailure = (error: unknown, { place, password, fix }: Connected): ShopctlError => {
  const { code, what } = mappingOf(error)
  const why = wordsOf(error).map((line) => redact(line, [password]))
  return new ShopctlError({ code, outcome: 'refused', what: what(place), why, fix, cause: error })
}

export const missingRights = (place: string, why: readonly string[]): ShopctlError =>
  new ShopctlError({ code: rightsMissing.code, outcome: 'refused', what: rightsMissing.what(place), why })
