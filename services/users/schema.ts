import type { ColumnType, Generated } from 'kysely'

/** The tables as the migrations leave them. */
export type UsersTables = {
  users: UsersTable
  user_sessions: UserSessionsTable
  refresh_tokens: RefreshTokensTable
  audit_logs: AuditLogsTable
}

export const roles = ['user', 'admin'] as const
export type Role = (typeof roles)[number]
type Status = 'active' | 'disabled' | 'closed'

/** Set by the database at insert. */
type Timestamp = ColumnType<Date, Date | undefined, Date>

type UsersTable = {
  id: string
  email: string
  name: string
  password_hash: string | null
  role: Generated<Role>
  status: Generated<Status>
  verified: Generated<boolean>
  created_at: Timestamp
  updated_at: Timestamp
  deleted_at: Date | null
}

type UserSessionsTable = {
  id: string
  user_id: string
  ip: string | null
  user_agent: string | null
  created_at: Timestamp
  last_seen_at: Timestamp
  ended_at: Date | null
}

type RefreshTokensTable = {
  id: string
  user_id: string
  session_id: string
  family_id: string
  parent_id: string | null
  token_hash: Buffer
  created_at: Timestamp
  expires_at: Date
  family_expires_at: Date
  used_at: Date | null
  revoked_at: Date | null
}

type AuditLogsTable = {
  id: string
  user_id: string | null
  actor: string
  action: string
  target: string | null
  ip: string | null
  user_agent: string | null
  request_id: string | null
  detail: Generated<unknown>
  created_at: Timestamp
}
