import { type Kysely, sql, type Transaction } from 'kysely'
import { refuseByConstraint } from '../kit/constraint-problems.ts'
import { repeatOnConflict } from '../kit/database-faults.ts'
import type { Outbox } from '../kit/events.ts'
import type { Role } from '../kit/principal.ts'
import { Problem, problems } from '../kit/problems.ts'
import { type AccountRow, accountColumns } from './account.ts'
import { adminRefusals } from './admin-refusals.ts'
import { type AuditState, auditEntry } from './audit-entry.ts'
import type { Caller } from './caller.ts'
import { closeLogins } from './close-logins.ts'
import { lockUser } from './lock-user.ts'
import { requestedMail } from './mail/mail-request.ts'
import { usersProblems } from './problems.ts'
import type { Status, UsersTables } from './schema.ts'

/** What an admin does to somebody's account. */
export type AdminAct = { readonly accountId: string; readonly adminId: string; readonly caller: Caller }

/** Each answers the account as it is then; 404 where there is none, 409 where it is closed or the last admin. */
export type AccountRights = {
  setRole(act: AdminAct, role: Role): Promise<AccountRow>
  /** Ends the logins of whoever is disabled. */
  setStatus(act: AdminAct, status: Exclude<Status, 'closed'>): Promise<AccountRow>
}

type Users = Transaction<UsersTables>

export function createAccountRights(parts: {
  readonly database: Kysely<UsersTables>
  readonly outbox: Outbox
  now(): Date
}): AccountRights {
  const { database, outbox, now } = parts

  function changeOpenAccount(act: AdminAct, change: (transaction: Users, before: AccountRow) => Promise<AccountRow>) {
    return repeatOnConflict(() =>
      database
        .transaction()
        .execute(async (transaction) => change(transaction, await lockOpenAccount(transaction, act))),
    ).catch(refuseByConstraint(adminRefusals))
  }

  return {
    setRole: (act, role) =>
      changeOpenAccount(act, async (transaction, before) => {
        if (before.role === role) return before
        const after = await update(transaction, { act, values: { role } })
        const states = { before: { role: before.role }, after: { role } }
        await writeTrail(transaction, { act, action: 'role_change', now: now(), ...states })
        await outbox.append(
          transaction,
          [{ type: 'user.role_changed.v1', subject: act.accountId, data: { role } }],
          act.caller,
        )
        const mail = { recipient: sql`${act.accountId}::uuid`, template: 'role_changed' } as const
        await sql`select ${requestedMail(mail, act.caller)}`.execute(transaction)
        return after
      }),

    setStatus: (act, status) =>
      changeOpenAccount(act, async (transaction, before) => {
        if (before.status === status) return before
        const after = await update(transaction, { act, values: { status } })
        if (status === 'disabled') await closeLogins(transaction, { userId: act.accountId })
        const states = { before: { status: before.status }, after: { status } }
        await writeTrail(transaction, { act, action: 'status_change', now: now(), ...states })
        return after
      }),
  }
}

async function lockOpenAccount(transaction: Users, { accountId }: AdminAct): Promise<AccountRow> {
  await lockUser(transaction, accountId)
  const account = await transaction
    .selectFrom('users')
    .select(accountColumns)
    .where('id', '=', accountId)
    .executeTakeFirst()
  if (account === undefined) throw new Problem(problems.notFound)
  if (account.status === 'closed') throw new Problem(usersProblems.closed)
  return account
}

type Update = { readonly act: AdminAct; readonly values: { readonly role?: Role; readonly status?: Status } }

function update(transaction: Users, { act, values }: Update): Promise<AccountRow> {
  return transaction
    .updateTable('users')
    .set({ ...values, updated_at: sql<Date>`now()` })
    .where('id', '=', act.accountId)
    .returning(accountColumns)
    .executeTakeFirstOrThrow()
}

type Trail = {
  readonly act: AdminAct
  readonly action: 'role_change' | 'status_change'
  readonly now: Date
  readonly before: AuditState
  readonly after: AuditState
}

async function writeTrail(transaction: Users, { act, ...facts }: Trail): Promise<void> {
  const { accountId: userId, adminId, caller } = act
  const entry = auditEntry(caller, { ...facts, userId, actor: `user:${adminId}`, target: `user:${userId}` })
  await transaction.insertInto('audit_logs').values(entry).execute()
}
