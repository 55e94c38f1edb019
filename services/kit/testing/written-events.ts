import { type Kysely, sql } from 'kysely'
import type { ServiceName } from '../../registry.ts'
import { eventTypesOf } from '../event-schemas/event-catalogue.ts'
import { judgeWritten } from '../event-schemas/judge-event.ts'

/**
 * Throws where a service wrote what its contract does not say. Its fixtures call it when they close, so that every test
 * of the service is one of its events too.
 */
export async function requireValidEvents<Tables>(database: Kysely<Tables>, service: ServiceName): Promise<void> {
  const { rows } = await sql<{ envelope: { type: string } }>`
    select distinct on (type, envelope->'data') envelope from outbox_events`.execute(database)
  const own: ReadonlySet<string> = new Set(eventTypesOf(service))
  const wrong = rows.flatMap(({ envelope }) => {
    const verdict = judgeWritten(envelope)
    return verdict.kind === 'valid' && own.has(envelope.type) ? [] : [{ envelope, verdict }]
  })
  if (wrong.length > 0) throw new Error(`${service} wrote events that are none of its own: ${JSON.stringify(wrong)}`)
}
