import { z } from '@hono/zod-openapi'
import { type Kysely, sql } from 'kysely'
import { phoneNumberSchema } from '../kit/phone-number.ts'
import { type ProfileRow, profileColumns } from './account.ts'
import { auditColumns, auditEntry, auditValues } from './audit-entry.ts'
import type { Caller } from './caller.ts'
import { localeSchema } from './locale.ts'
import { personNameSchema } from './person-name.ts'
import type { UsersTables } from './schema.ts'

/** What users may write of themselves. Role, address and whether it is verified have ways of their own. */
export const profileChangeSchema = z
  .strictObject({
    name: personNameSchema.optional(),
    phone: phoneNumberSchema.nullable().optional().openapi({ description: 'null: none any more' }),
    locale: localeSchema.optional(),
  })
  .refine((change) => Object.keys(change).length > 0, 'must name at least one field')
  .openapi('ProfileChange', { minProperties: 1, description: 'What is left out stays as it is.' })
export type ProfileChange = z.output<typeof profileChangeSchema>

/** Undefined where the account is no longer active. The trail gets the names of the fields, not what is in them. */
export async function applyProfileChange(
  database: Kysely<UsersTables>,
  facts: { readonly userId: string; readonly change: ProfileChange; readonly caller: Caller; readonly now: Date },
): Promise<ProfileRow | undefined> {
  const { userId, caller, now } = facts
  const { name, phone, locale } = facts.change
  const entry = auditEntry(caller, {
    now,
    action: 'profile_change',
    userId,
    target: `user:${userId}`,
    after: { fields: Object.keys(facts.change) },
  })
  return database
    .with('changed', (query) =>
      query
        .updateTable('users')
        .set({
          ...(name === undefined ? {} : { name }),
          ...(phone === undefined ? {} : { phone }),
          ...(locale === undefined ? {} : { locale }),
          updated_at: sql<Date>`now()`,
        })
        .where('id', '=', userId)
        .where('status', '=', 'active')
        .returning(profileColumns),
    )
    .with('trail', () => sql`(insert into audit_logs (${auditColumns}) select ${auditValues(entry)} from changed)`)
    .selectFrom('changed')
    .select(profileColumns)
    .executeTakeFirst()
}
