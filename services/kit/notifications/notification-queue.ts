import { type QueryExecutorProvider, sql } from 'kysely'
import { z } from 'zod'
import type { DeliveryVerdict } from './delivery-verdict.ts'

/** Longer than any sending lasts: who claimed a notification this long ago is gone. */
const claimMinutes = sql.lit(5)

/** Which rows of the table `notifications` (outbox-tables.ts) are meant. */
export type NotificationKind = {
  readonly channel: 'mail' | 'sms'
  /** Those of another release are left to it. */
  readonly templates: readonly string[]
  /** The service's own, that must not outlive the sending. */
  readonly personalColumns?: readonly string[]
}

const claimedSchema = z.object({
  id: z.string(),
  template: z.string(),
  recipientId: z.string(),
  data: z.record(z.string(), z.unknown()),
  attempts: z.int(),
  createdAt: z.date(),
  ageSeconds: z.number(),
  requestId: z.string().nullable(),
})

/** A notification that is ours to send. */
export type ClaimedNotification = z.infer<typeof claimedSchema>

/** Takes those whose time has come. A row that another process is just taking is left out, not waited for. */
export async function claimNotifications(
  database: QueryExecutorProvider,
  { channel, templates, count }: Pick<NotificationKind, 'channel' | 'templates'> & { readonly count: number },
): Promise<readonly ClaimedNotification[]> {
  const { rows } = await sql`
    with due as (
      select id from notifications
      where channel = ${channel} and template = any(${templates}) and (
        state = 'pending' and next_attempt_at <= now()
        or state = 'sending' and claimed_at < now() - make_interval(mins => ${claimMinutes}))
      order by next_attempt_at
      limit ${count}
      for update skip locked
    ), claimed as (
      update notifications n set state = 'sending', claimed_at = now(), attempts = n.attempts + 1
      from due where n.id = due.id
      returning n.id, n.event_id, n.recipient_id, n.template, n.data, n.attempts, n.created_at
    )
    select c.id, c.template, c.recipient_id as "recipientId", c.data, c.attempts, c.created_at as "createdAt",
      extract(epoch from now() - c.created_at)::float8 as "ageSeconds",
      coalesce(c.data ->> 'request_id', o.envelope ->> 'request_id') as "requestId"
    from claimed c
    left join outbox_events o on o.id = c.event_id`.execute(database)
  return rows.map((row) => claimedSchema.parse(row))
}

type Settled = {
  readonly notification: Pick<ClaimedNotification, 'id' | 'attempts'>
  readonly verdict: DeliveryVerdict
  readonly personalColumns?: readonly string[] | undefined
}

/** Writes down how it went, unless the claim has been taken over meanwhile. */
export async function settleNotification(database: QueryExecutorProvider, settled: Settled): Promise<void> {
  const { notification, verdict, personalColumns = [] } = settled
  const ours = sql`id = ${notification.id} and state = 'sending' and attempts = ${notification.attempts}`
  if (verdict.state === 'pending') {
    await sql`
      update notifications set state = 'pending', last_error = ${reasonOf(verdict)}, claimed_at = null,
        next_attempt_at = now() + make_interval(secs => ${verdict.delaySeconds})
      where ${ours}`.execute(database)
    return
  }
  const ended = sql.join([
    sql`state = ${verdict.state}`,
    sql`provider_ref = ${verdict.state === 'sent' ? verdict.reference.slice(0, 300) : null}`,
    sql`last_error = ${verdict.state === 'failed' ? reasonOf(verdict) : null}`,
    sql`claimed_at = null, ended_at = now()`,
    ...personalColumns.map((column) => sql`${sql.ref(column)} = null`),
  ])
  await sql`update notifications set ${ended} where ${ours}`.execute(database)
}

const reasonOf = ({ reason }: { readonly reason: string }) => reason.slice(0, 300)
