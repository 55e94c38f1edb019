import pg from 'pg'
import type { DatabaseMetrics } from './database-metrics.ts'
import type { RequestScope } from './request-scope.ts'
import type { StatementFacts } from './statement-facts.ts'

export type Statement = {
  readonly text: string
  readonly values: readonly unknown[]
  readonly facts: StatementFacts
  /** Of the request it is for; undefined outside of one. */
  readonly scope: RequestScope | undefined
}

/** As pg takes it. */
export function queryConfig({ text, values, facts: { name } }: Statement) {
  return name === undefined ? { text, values: [...values] } : { name, text, values: [...values] }
}

/** Runs it with its time and its failure in the metrics and, where the request is traced, as a span. */
export async function measured<Answer>(
  { text, facts: { operation }, scope }: Statement,
  { metrics, run }: { readonly metrics: DatabaseMetrics; run(): Promise<Answer> },
): Promise<Answer> {
  const attributes = { 'db.system.name': 'postgresql', 'db.operation.name': operation, 'db.query.text': text }
  const span = scope?.span?.child(operation, { kind: 'client', attributes })
  const stop = metrics.startQuery(operation)
  try {
    const answer = await run()
    span?.end()
    return answer
  } catch (failure) {
    metrics.countError(failure)
    span?.end({ failure })
    throw failure
  } finally {
    stop()
  }
}

/** By a cancel request, or by its time limit. */
export const isCancelled = (error: unknown): boolean => error instanceof pg.DatabaseError && error.code === '57014'
