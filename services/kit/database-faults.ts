import pg from 'pg'

/** No connection, or it broke before the answer: whether the statement took effect is not known. */
export class DatabaseUnavailable extends Error {
  override readonly name = 'DatabaseUnavailable'

  static from(cause: unknown): DatabaseUnavailable {
    if (cause instanceof DatabaseUnavailable) return cause
    return new DatabaseUnavailable(errorText(cause), { cause })
  }
}

/** A cancel that was meant for the statement before it: nothing of it has happened, so it can be run again. */
export class CancelledForAnother extends Error {
  override readonly name = 'CancelledForAnother'
}

/** A refused connection to a name with two addresses is an AggregateError, whose own message is empty. */
export function errorText(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(errorText).join('; ')
  return error instanceof Error ? error.message : String(error)
}

/** The server has spoken, or its answer was beyond a number; without that the connection itself failed. */
export const isAnswered = (error: unknown): boolean =>
  error instanceof pg.DatabaseError || error instanceof RangeError || error instanceof TypeError

export type DatabaseFault =
  | { readonly kind: 'unavailable'; readonly retryAfterSeconds: number }
  /** A lock or a statement took too long, or a deadlock was broken: the database itself is well. */
  | { readonly kind: 'busy'; readonly retryAfterSeconds: number }
  | { readonly kind: 'constraint'; readonly sqlstate: string; readonly constraint: string }

const busy: DatabaseFault = { kind: 'busy', retryAfterSeconds: 1 }
const unavailable: DatabaseFault = { kind: 'unavailable', retryAfterSeconds: 2 }

const bySqlstate: Readonly<Record<string, DatabaseFault>> = {
  '25006': unavailable, // read_only_sql_transaction: the server is failing over
  '40001': busy, // serialization_failure
  '40P01': busy, // deadlock_detected
  '55P03': busy, // lock_not_available
  '57014': busy, // query_canceled, by statement_timeout
  '57P01': unavailable, // admin_shutdown
  '57P02': unavailable, // crash_shutdown
  '57P03': unavailable, // cannot_connect_now
}

const byClass: Readonly<Record<string, DatabaseFault>> = {
  '08': unavailable, // connection_exception
  '53': unavailable, // insufficient_resources
}

/** What the failure means for a caller; undefined when it is a bug of ours. */
export function databaseFault(error: unknown): DatabaseFault | undefined {
  if (error instanceof DatabaseUnavailable) return unavailable
  if (!(error instanceof pg.DatabaseError) || error.code === undefined) return undefined
  const { code: sqlstate, constraint } = error
  if (sqlstate.startsWith('23') && constraint !== undefined) return { kind: 'constraint', sqlstate, constraint }
  return bySqlstate[sqlstate] ?? byClass[sqlstate.slice(0, 2)]
}

const repeatable = ['40001', '40P01']

/** Runs a whole transaction again, three times in all, when the database gave it up for another one's sake. */
export async function repeatOnConflict<Result>(run: () => Promise<Result>, triesLeft = 3): Promise<Result> {
  try {
    return await run()
  } catch (error) {
    const sqlstate = error instanceof pg.DatabaseError ? error.code : undefined
    if (sqlstate === undefined || !repeatable.includes(sqlstate) || triesLeft <= 1) throw error
    return repeatOnConflict(run, triesLeft - 1)
  }
}
