import { z } from '@hono/zod-openapi'
import { type QueryExecutorProvider, sql } from 'kysely'

export const sessionSchema = z
  .strictObject({
    id: z.uuid().openapi({ example: '0192f0c4-5a00-7000-8000-000000000002' }),
    current: z.boolean().openapi({ description: 'whether this request came with it' }),
    ip: z.string().nullable().openapi({ description: 'of the login', example: '192.0.2.7' }),
    user_agent: z.string().nullable().openapi({ example: 'Mozilla/5.0' }),
    created_at: z.iso.datetime(),
    last_seen_at: z.iso.datetime().openapi({ description: 'true to the minute' }),
  })
  .openapi('Session')

type SessionRow = {
  id: string
  ip: string | null
  user_agent: string | null
  created_at: Date
  last_seen_at: Date
}

type Page = { readonly userId: string; readonly afterId: string | undefined; readonly limit: number }

/** Newest first: ids sort by the time that they were made. Live is what could still be refreshed. */
export async function listSessions(database: QueryExecutorProvider, { userId, afterId, limit }: Page) {
  const { rows } = await sql<SessionRow>`
    select s.id, s.ip, s.user_agent, s.created_at, s.last_seen_at from user_sessions s
    where s.user_id = ${userId}::uuid and s.ended_at is null
      and (${afterId ?? null}::uuid is null or s.id < ${afterId ?? null}::uuid)
      and exists (
        select from refresh_tokens t
        where t.session_id = s.id and t.used_at is null and t.revoked_at is null and t.expires_at > now()
      )
    order by s.id desc limit ${limit}`.execute(database)
  return rows
}

export function renderSession({ created_at, last_seen_at, ...row }: SessionRow, currentId: string) {
  return {
    ...row,
    current: row.id === currentId,
    created_at: created_at.toISOString(),
    last_seen_at: last_seen_at.toISOString(),
  }
}
