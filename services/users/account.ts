import { z } from '@hono/zod-openapi'
import type { Selectable } from 'kysely'
import { idSchema } from '../kit/id-schema.ts'
import { phoneNumberSchema } from '../kit/phone-number.ts'
import { roles } from '../kit/principal.ts'
import { statuses, type UsersTables } from './schema.ts'

/** What an account shows of itself: never a hash, never a token. */
export const profileColumns = [
  'id',
  'email',
  'name',
  'phone',
  'locale',
  'role',
  'verified',
  'created_at',
  'updated_at',
] as const
export const accountColumns = [...profileColumns, 'status', 'deleted_at'] as const

export type ProfileRow = Pick<Selectable<UsersTables['users']>, (typeof profileColumns)[number]>
export type AccountRow = Pick<Selectable<UsersTables['users']>, (typeof accountColumns)[number]>

export const profileSchema = z
  .strictObject({
    id: z.uuid(),
    email: z.string().openapi({ example: 'ada@shop.example' }),
    name: z.string().openapi({ example: 'Ada Lovelace' }),
    phone: phoneNumberSchema.nullable(),
    locale: z.string().openapi({ example: 'de-CH' }),
    role: z.enum(roles),
    verified: z.boolean(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .openapi('Profile')

export const accountSchema = profileSchema
  .extend({
    status: z.enum(statuses),
    deleted_at: z.iso.datetime().nullable().openapi({ description: 'when it was closed' }),
  })
  .openapi('Account')

export const accountIdParameter = z.object({
  id: idSchema.openapi({ param: { name: 'id', in: 'path' }, example: '0192f0c4-5a00-7000-8000-000000000001' }),
})

export function renderProfile(row: ProfileRow): z.output<typeof profileSchema> {
  return profileSchema.parse({ ...row, ...times(row) })
}

export function renderAccount(row: AccountRow): z.output<typeof accountSchema> {
  return accountSchema.parse({ ...row, ...times(row), deleted_at: row.deleted_at?.toISOString() ?? null })
}

function times({ created_at, updated_at }: ProfileRow) {
  return { created_at: created_at.toISOString(), updated_at: updated_at.toISOString() }
}
