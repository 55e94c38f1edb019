import { createRoute, z } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import type { Guard } from '../kit/guard.ts'
import { type Cursors, pageSchema, paginationProblems } from '../kit/pagination.ts'
import { roles, type UserPrincipal } from '../kit/principal.ts'
import { Problem, problemResponses, problems } from '../kit/problems.ts'
import { createRoutes, jsonAnswer, jsonBody } from '../kit/routes.ts'
import type { UsersAccess } from './access.ts'
import { accountColumns, accountIdParameter, accountSchema, renderAccount } from './account.ts'
import type { AccountRights } from './account-rights.ts'
import { callerOf } from './caller.ts'
import { listUsers, userListQuerySchema } from './list-users.ts'
import { usersProblems } from './problems.ts'
import type { UsersTables } from './schema.ts'

const changeProblems = [usersProblems.lastAdmin, usersProblems.closed] as const

const accountPageSchema = pageSchema(accountSchema).openapi('AccountPage')
const roleSchema = z.strictObject({ role: z.enum(roles).openapi({ example: 'admin' }) }).openapi('RoleChange')
const statusSchema = z
  .strictObject({ status: z.enum(['active', 'disabled']).openapi({ example: 'disabled' }) })
  .openapi('StatusChange')

export type AdminParts = {
  readonly database: Kysely<UsersTables>
  readonly cursors: Cursors
  readonly rights: AccountRights
  readonly guard: Guard<UsersAccess>
  readonly trustedProxyHops: number
}

/** What admins see of the accounts, and who may do what. */
export function adminRoutes({ database, cursors, rights, guard, trustedProxyHops }: AdminParts) {
  const routes = createRoutes()

  routes.openapi({ ...listRoute, ...guard.user('listUsers') }, async (c) => {
    const page = await listUsers({ database, cursors }, c.req.valid('query'))
    return c.json(accountPageSchema.parse(page), 200)
  })

  routes.openapi({ ...getRoute, ...guard.user('getUser') }, async (c) => {
    const account = await database
      .selectFrom('users')
      .select(accountColumns)
      .where('id', '=', c.req.valid('param').id)
      .executeTakeFirst()
    if (account === undefined) throw new Problem(problems.notFound)
    return c.json(renderAccount(account), 200)
  })

  const actOf = (accountId: string, { userId: adminId }: UserPrincipal) => ({ accountId, adminId })
  routes.openapi({ ...roleRoute, ...guard.user('setUserRole') }, async (c) => {
    const caller = callerOf(c, trustedProxyHops)
    const act = { ...actOf(c.req.valid('param').id, c.get('principal')), caller }
    return c.json(renderAccount(await rights.setRole(act, c.req.valid('json').role)), 200)
  })

  routes.openapi({ ...statusRoute, ...guard.user('setUserStatus') }, async (c) => {
    const caller = callerOf(c, trustedProxyHops)
    const act = { ...actOf(c.req.valid('param').id, c.get('principal')), caller }
    return c.json(renderAccount(await rights.setStatus(act, c.req.valid('json').status)), 200)
  })
  return routes
}

const listRoute = createRoute({
  method: 'get',
  path: '/api/v1/users',
  summary: 'List the accounts',
  tags: ['users'],
  request: { query: userListQuerySchema },
  responses: {
    200: jsonAnswer('One page of accounts', accountPageSchema),
    ...problemResponses(paginationProblems.cursor),
  },
})

const getRoute = createRoute({
  method: 'get',
  path: '/api/v1/users/{id}',
  summary: 'Get one account',
  description: 'Also one that is closed: orders name it for ever.',
  tags: ['users'],
  request: { params: accountIdParameter },
  responses: { 200: jsonAnswer('The account', accountSchema), ...problemResponses() },
})

const roleRoute = createRoute({
  method: 'put',
  path: '/api/v1/users/{id}/role',
  summary: 'Make an admin, or a user again',
  tags: ['users'],
  request: { params: accountIdParameter, body: jsonBody(roleSchema) },
  responses: { 200: jsonAnswer('The account as it is now', accountSchema), ...problemResponses(...changeProblems) },
})

const statusRoute = createRoute({
  method: 'put',
  path: '/api/v1/users/{id}/status',
  summary: 'Disable an account, or let it in again',
  description: 'Disabling ends its logins.',
  tags: ['users'],
  request: { params: accountIdParameter, body: jsonBody(statusSchema) },
  responses: { 200: jsonAnswer('The account as it is now', accountSchema), ...problemResponses(...changeProblems) },
})
