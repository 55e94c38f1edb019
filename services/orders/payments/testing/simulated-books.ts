import { type QueryExecutorProvider, sql } from 'kysely'

export type Booked = { readonly charges: number; readonly capturedCents: number; readonly refundedCents: number }

/** The simulated provider's own log, read by raw SQL: what it did, whatever anybody was answered. */
export function simulatedBooks(database: QueryExecutorProvider) {
  return {
    /** Of the keys that are `key` or begin with it: all attempts of an order begin alike. */
    async booked(key: string): Promise<Booked> {
      const { rows } = await sql<Booked>`
        select count(*) filter (where captured_cents > 0) as charges,
          coalesce(sum(captured_cents), 0)::bigint as "capturedCents",
          coalesce(sum(refunded_cents), 0)::bigint as "refundedCents"
        from simulated_charges where starts_with(key, ${key})`.execute(database)
      const [row] = rows
      if (row === undefined) throw new Error('an aggregate has a row')
      return row
    },
    /** How often it was asked for it, answered or not. */
    async calls(operation: 'charge' | 'fetch' | 'cancel' | 'refund' | 'fetch_refund', key: string): Promise<number> {
      const { rows } = await sql<{ calls: number }>`
        select count(*) as calls from simulated_calls
        where operation = ${operation} and starts_with(key, ${key})`.execute(database)
      return rows[0]?.calls ?? 0
    },
  }
}
