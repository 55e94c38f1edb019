import { type QueryExecutorProvider, sql } from 'kysely'
import type { Envelope } from '../bus/envelope.ts'

/**
 * For a projection, which shows a subject as its newest event says: an older event that comes after a newer one is
 * passed over. What adds up (counts, sums) must not be asked this: it applies each event once, in any order.
 */
export async function applyIfNewer(
  transaction: QueryExecutorProvider,
  {
    projection,
    event,
  }: { readonly projection: string; readonly event: Pick<Envelope, 'subject' | 'aggregate_version'> },
  apply: () => Promise<void>,
): Promise<void> {
  const { rows } = await sql`
    insert into projection_versions as known (projection, subject, version)
    values (${projection}, ${event.subject}, ${event.aggregate_version})
    on conflict (projection, subject) do update set version = excluded.version where known.version < excluded.version
    returning version`.execute(transaction)
  if (rows.length > 0) await apply()
}
