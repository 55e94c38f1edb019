import { z } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import type { UsersTables } from './schema.ts'

export const contactSchema = z
  .discriminatedUnion('state', [
    z.strictObject({
      user_id: z.uuid(),
      state: z.literal('active').openapi({ description: 'people can be written to, also while they may not log in' }),
      email: z.string().openapi({ example: 'ada@shop.example' }),
      email_verified: z.boolean().openapi({ description: 'where not, a stranger may have chosen address and name' }),
      phone: z.string().nullable().openapi({ example: '+41445550123' }),
      display_name: z.string().openapi({ example: 'Ada Lovelace' }),
      language: z.string().openapi({ description: 'ISO 639', example: 'de' }),
    }),
    z.strictObject({ user_id: z.uuid(), state: z.literal('closed') }),
  ])
  .openapi('Contact')

export type Contact = z.output<typeof contactSchema>

/** How a user is reached now. Undefined where there is no such user. */
export async function findContact(database: Kysely<UsersTables>, id: string): Promise<Contact | undefined> {
  const user = await database
    .selectFrom('users')
    .select([
      'id as user_id',
      'status',
      'email',
      'verified as email_verified',
      'phone',
      'name as display_name',
      'locale',
    ])
    .where('id', '=', id)
    .executeTakeFirst()
  if (user === undefined) return undefined
  const { status, locale, ...shown } = user
  if (status === 'closed') return { user_id: user.user_id, state: 'closed' }
  return contactSchema.parse({ ...shown, state: 'active', language: new Intl.Locale(locale).language })
}
