import { type QueryExecutorProvider, sql } from 'kysely'
import type { Role } from '../kit/principal.ts'
import type { Sessions } from '../kit/sessions.ts'
import type { SessionSeen } from './session-seen.ts'

type SessionFacts = { user_id: string; role: Role; verified: boolean; live: boolean }

/** Undefined where there is no such session. */
export async function findSession(database: QueryExecutorProvider, id: string): Promise<SessionFacts | undefined> {
  const { rows } = await sql<SessionFacts>`
    select s.user_id, u.role, u.verified, s.ended_at is null and u.status = 'active' as live
    from user_sessions s join users u on u.id = s.user_id
    where s.id = ${id}::uuid`.execute(database)
  return rows[0]
}

/** The service's own view of its sessions: the table itself, so nothing here is ever old. */
export function ownSessions(database: QueryExecutorProvider, seen: SessionSeen): Sessions {
  return {
    async now({ sessionId, userId }) {
      const session = await findSession(database, sessionId)
      if (session === undefined || !session.live || session.user_id !== userId) return { state: 'ended' }
      return { state: 'live', role: session.role, emailVerified: session.verified }
    },
    seen,
  }
}
