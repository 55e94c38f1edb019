import { type QueryExecutorProvider, type RawBuilder, sql } from 'kysely'
import { Problem } from '../kit/problems.ts'
import { type AuditEntry, auditColumns, auditValues } from './audit-entry.ts'
import { usersProblems } from './problems.ts'

/** Wrong passwords, and whatever came while the address was locked; as in the table's own check. */
const attemptsAMinute = sql.lit(10)
/** From this one on, each wrong password also locks the address, twice as long every time. */
const firstLockingFailure = sql.lit(5)
const longestLockSeconds = sql.lit(900)

/** Names the row of an address, whether anyone has it or not; no address is kept. `email` may also be a column. */
export function addressHash(email: string | RawBuilder<string>): RawBuilder<Buffer> {
  return sql`sha256(convert_to(lower(${email}), 'UTF8'))`
}

const isLocked = sql`coalesce(f.locked_until > now(), false)`
const minuteIsOver = sql`f.minute_started_at <= now() - interval '1 minute'`
const oneMoreAttempt = sql`
  attempts = case when ${minuteIsOver} then 1 else f.attempts + 1 end,
  minute_started_at = case when ${minuteIsOver} then now() else f.minute_started_at end`
const countsInMinute = (hash: RawBuilder<Buffer>) =>
  sql`f.address_hash = ${hash} and (f.attempts < ${attemptsAMinute} or ${minuteIsOver})`
const isRefused = sql`(${isLocked} or (f.attempts >= ${attemptsAMinute} and not ${minuteIsOver}))`
const secondsLeft = sql`greatest(1, ceil(extract(epoch from greatest(
  f.locked_until,
  case when f.attempts >= ${attemptsAMinute} then f.minute_started_at + interval '1 minute' end
) - now())))::integer`

/**
 * For a `with`, before a password is looked at: `refused(seconds)` has a row where the address is locked or its minute
 * is full. What comes while it is locked counts in the minute, so that at no pace an eleventh attempt is looked at; it
 * makes neither this lock nor the next longer, and in a full minute nothing is written at all. Who is not refused
 * writes nothing either: good logins do not wait for each other.
 */
export function refusedAttempt(hash: RawBuilder<Buffer>): RawBuilder<unknown> {
  return sql`refusable as (
    select ${secondsLeft} as seconds from login_failures f where f.address_hash = ${hash} and ${isRefused}
  ), counted_refusal as (
    update login_failures f set ${oneMoreAttempt} where ${isLocked} and ${countsInMinute(hash)}
    returning ${secondsLeft} as seconds
  ), refused as (
    select coalesce((select seconds from counted_refusal), seconds) as seconds from refusable
  )`
}

/**
 * Counts a wrong password and writes it down, and whether it locked the address, in one statement. Many guesses may have
 * been let in together before the first of them was counted, so the lock is asked for again, now under the row's own
 * lock: seconds are given back to a guess that came too late to be told that it was wrong; it counts in the minute only.
 */
export async function recordFailure(
  database: QueryExecutorProvider,
  failure: { readonly hash: RawBuilder<Buffer>; readonly failed: AuditEntry; readonly lock: AuditEntry },
): Promise<number | null> {
  const { rows } = await sql<{ seconds: number | null; written: boolean }>`
    with ${countedFailure(failure.hash)}, told as (
      select late.seconds, late.seconds is not null or exists (select from counted) as written from late
    ), trail as (
      insert into audit_logs (${auditColumns})
      select ${auditValues(failure.failed)} from told where written
      union all
      select ${auditValues(failure.lock)} from counted where locks
    )
    select seconds, written from told`.execute(database)
  const [told] = rows
  // The first guesses came together, and this one found no row and then a locked one.
  if (told?.written === false) return recordFailure(database, failure)
  return told?.seconds ?? null
}

/**
 * For a `with`, after the right password: `late(seconds)` has one row, not null where the address was locked while the
 * password was looked at; else the count is gone. `account` is an earlier part that locks the user: everyone locks the
 * user first and this row second. Where it has no row, nobody gets in and the count stays.
 */
export function clearedFailures(hash: RawBuilder<Buffer>, { account }: { account: string }): RawBuilder<unknown> {
  return sql`known as (
      select ${isRefused} as refused, ${secondsLeft} as seconds
      from ${sql.ref(account)}, login_failures f where f.address_hash = ${hash} for update of f
    ), late as (
      select (select seconds from known where refused) as seconds
    ), cleared as (
      delete from login_failures f using late, ${sql.ref(account)} where f.address_hash = ${hash} and late.seconds is null
    )`
}

/** Unlocks the user's address, whoever locked it: for a password that was set anew. */
export async function clearLoginFailures(database: QueryExecutorProvider, userId: string): Promise<void> {
  await sql`
    delete from login_failures f using users u
    where u.id = ${userId} and f.address_hash = ${addressHash(sql<string>`u.email`)}`.execute(database)
}

export function lockedProblem(seconds: number): Problem {
  const headers = { 'Retry-After': String(seconds) }
  return new Problem(usersProblems.tooManyAttempts, { detail: `Try again in ${seconds} s`, headers })
}

/**
 * `late(seconds)` has one row, not null where the address was refused meanwhile; `counted(locks)` has one where it was
 * not. Neither where there was no row to be held, and the one that is written turns out to be refused.
 */
function countedFailure(hash: RawBuilder<Buffer>): RawBuilder<unknown> {
  const known = sql`case when f.last_attempt_at < now() - interval '1 day' then 0 else f.failures end`
  const failures = sql`least(${known} + 1, 1000)`
  const lockSeconds = sql`least(${longestLockSeconds}, power(2, least(${failures} - ${firstLockingFailure}, 20)))`
  return sql`known as (
      select ${isRefused} as refused, ${secondsLeft} as seconds
      from login_failures f where f.address_hash = ${hash} for update
    ), late as (
      select (select seconds from known where refused) as seconds
    ), counted as (
      insert into login_failures as f (address_hash, failures)
      select ${hash}, 1 from late where late.seconds is null
      on conflict (address_hash) do update set
        ${oneMoreAttempt},
        last_attempt_at = now(),
        failures = ${failures},
        locked_until = case
          when ${failures} >= ${firstLockingFailure} then now() + make_interval(secs => ${lockSeconds})
          else f.locked_until end
      where not ${isRefused}
      returning ${isLocked} as locks
    ), counted_late as (
      update login_failures f set ${oneMoreAttempt} from late
      where late.seconds is not null and ${countsInMinute(hash)}
    )`
}
