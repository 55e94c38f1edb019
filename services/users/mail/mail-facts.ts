import { type QueryExecutorProvider, sql } from 'kysely'
import { z } from 'zod'

const factsSchema = z.object({
  /** Null where the account is closed and the mail has no address of its own. */
  address: z.string().nullable(),
  /** Null where nobody has verified the account: a stranger may have chosen the name. */
  name: z.string().nullable(),
  locale: z.string(),
  verificationHash: z.instanceof(Buffer).nullable(),
  resetHash: z.instanceof(Buffer).nullable(),
})

/** Whom a mail goes to, and the hashes of the tokens that work now. */
export type RecipientFacts = z.infer<typeof factsSchema>

/** Undefined where there is no such mail any more. */
export async function readRecipientFacts(
  database: QueryExecutorProvider,
  notificationId: string,
): Promise<RecipientFacts | undefined> {
  const { rows } = await sql`
    select coalesce(n.address, case when u.deleted_at is null then u.email end) as address,
      case when u.verified and u.deleted_at is null then u.name end as name, coalesce(u.locale, 'en') as locale,
      case when u.verification_expires_at > now() then u.verification_token_hash end as "verificationHash",
      t.token_hash as "resetHash"
    from notifications n
    left join users u on u.id = n.recipient_id
    left join password_reset_tokens t on t.user_id = u.id and t.used_at is null and t.expires_at > now()
    where n.id = ${notificationId}`.execute(database)
  return factsSchema.optional().parse(rows[0])
}
