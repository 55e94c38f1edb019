import { z } from '@hono/zod-openapi'
import { type Kysely, type RawBuilder, type SqlBool, sql } from 'kysely'
import { type Cursors, type ListQuery, type Page, pageOf } from '../kit/pagination.ts'
import { roles } from '../kit/principal.ts'
import { booleanParameter, pageParameters, text } from '../kit/query-parameters.ts'
import { type AccountRow, accountColumns, type accountSchema, renderAccount } from './account.ts'
import { statuses, type UsersTables } from './schema.ts'

export const userSorts = ['created_at', '-created_at'] as const

export const userListQuerySchema = z.strictObject({
  role: z.enum(roles).optional(),
  verified: booleanParameter.optional(),
  status: z.enum(statuses).optional().openapi({ description: 'without it all that are not closed' }),
  email: text({ least: 1, most: 254 }).optional().openapi({
    description: 'the whole address; the case of its letters does not matter',
    example: 'ada@shop.example',
  }),
  sort: z.enum(userSorts).default('-created_at'),
  ...pageParameters,
})
export type UserListQuery = z.output<typeof userListQuerySchema>

const positionSchema = z.tuple([z.iso.datetime(), z.uuid()])

/** One page of accounts in one statement, by age and id: no later registration moves an earlier account. */
export async function listUsers(
  { database, cursors }: { readonly database: Kysely<UsersTables>; readonly cursors: Cursors },
  query: UserListQuery,
): Promise<Page<z.output<typeof accountSchema>>> {
  const { limit, cursor, ...filters } = query
  const described: ListQuery = { list: 'users', ...filters }
  const descending = filters.sort === '-created_at'
  const direction = descending ? sql`desc` : sql`asc`
  const conditions = conditionsOf(filters)
  if (cursor !== undefined) {
    const [createdAt, id] = cursors.open(cursor, { query: described, schema: positionSchema })
    const comparison = descending ? sql`<` : sql`>`
    conditions.push(sql`(created_at, id) ${comparison} (${createdAt}::timestamptz, ${id}::uuid)`)
  }

  const { rows } = await sql<AccountRow>`
    select ${sql.join(accountColumns.map((column) => sql.ref(column)))}
    from users
    where ${sql.join(conditions, sql` and `)}
    order by created_at ${direction}, id ${direction}
    limit ${limit + 1}`.execute(database)

  const cursorAfter = (last: AccountRow) => cursors.sign([last.created_at.toISOString(), last.id], described)
  const page = pageOf(rows, { limit, cursorAfter })
  return { ...page, data: page.data.map(renderAccount) }
}

type Filters = Omit<UserListQuery, 'limit' | 'cursor'>

function conditionsOf({ role, verified, status, email }: Filters): RawBuilder<SqlBool>[] {
  const conditions = [status === undefined ? sql<SqlBool>`deleted_at is null` : sql<SqlBool>`status = ${status}`]
  if (role !== undefined) conditions.push(sql`role = ${role}`)
  if (verified !== undefined) conditions.push(sql`verified = ${verified}`)
  if (email !== undefined) conditions.push(sql`lower(email) = lower(${email})`)
  return conditions
}
