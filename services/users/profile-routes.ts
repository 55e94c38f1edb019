import { createRoute, z } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import { bearerSecurity, requireUser, type TokenVerifier } from '../kit/authentication.ts'
import { Problem, problemResponses, problems } from '../kit/problems.ts'
import { createRoutes, jsonAnswer } from '../kit/routes.ts'
import { roles, type UsersTables } from './schema.ts'

const profileSchema = z
  .strictObject({
    id: z.uuid(),
    email: z.string(),
    name: z.string(),
    role: z.enum(roles),
    verified: z.boolean(),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .openapi('Profile')

/** What users see of themselves. */
export function profileRoutes(parts: { readonly database: Kysely<UsersTables>; readonly verify: TokenVerifier }) {
  const { database, verify } = parts
  const routes = createRoutes()

  routes.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/users/me',
      operationId: 'getOwnProfile',
      summary: 'Read the own profile',
      tags: ['users'],
      security: bearerSecurity,
      middleware: [requireUser(verify)] as const,
      responses: { 200: jsonAnswer('The profile', profileSchema), ...problemResponses(problems.unauthenticated) },
    }),
    async (c) => {
      const account = await database
        .selectFrom('users')
        .select(['id', 'email', 'name', 'role', 'verified', 'created_at', 'updated_at'])
        .where('id', '=', c.get('principal').userId)
        .where('status', '=', 'active')
        .executeTakeFirst()
      if (account === undefined) throw new Problem(problems.unauthenticated)
      const { created_at, updated_at } = account
      const profile = { ...account, created_at: created_at.toISOString(), updated_at: updated_at.toISOString() }
      return c.json(profileSchema.parse(profile), 200)
    },
  )
  return routes
}
