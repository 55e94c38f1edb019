import type { ColumnType, Generated } from 'kysely'
import type { NotificationsTable, OutboxTables } from '../kit/outbox/outbox-schema.ts'
import type { Role } from '../kit/principal.ts'

/** The tables as the migrations leave them. */
export type UsersTables = Omit<OutboxTables, 'notifications'> & {
  users: UsersTable
  user_sessions: UserSessionsTable
  refresh_tokens: RefreshTokensTable
  password_reset_tokens: PasswordResetTokensTable
  login_failures: LoginFailuresTable
  notifications: NotificationsTable & { address: string | null }
  audit_logs: AuditLogsTable
}

export const statuses = ['active', 'disabled', 'closed'] as const
export type Status = (typeof statuses)[number]

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
  verification_token_hash: Buffer | null
  verification_expires_at: Date | null
  verification_sent_at: Date | null
  registered_again_at: Date | null
  phone: string | null
  locale: Generated<string>
  /** Not by a rehash of the same password. */
  password_changed_at: Date | null
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

type PasswordResetTokensTable = {
  id: string
  user_id: string
  token_hash: Buffer
  counted_from: Timestamp
  mails: Generated<number>
  created_at: Timestamp
  expires_at: Date
  used_at: Date | null
}

/** Wrong passwords by the hash of the address that they were tried for. */
type LoginFailuresTable = {
  address_hash: Buffer
  failures: number
  attempts: Generated<number>
  minute_started_at: Timestamp
  last_attempt_at: Timestamp
  locked_until: Date | null
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
