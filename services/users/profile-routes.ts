import { createRoute } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import type { Guard } from '../kit/guard.ts'
import { Problem, problemResponses, problems } from '../kit/problems.ts'
import { createRoutes, jsonAnswer, jsonBody } from '../kit/routes.ts'
import type { UsersAccess } from './access.ts'
import { profileColumns, profileSchema, renderProfile } from './account.ts'
import { callerOf } from './caller.ts'
import { type ChangePassword, passwordChangeSchema } from './change-password.ts'
import type { CloseAccount } from './close-account.ts'
import { usersProblems } from './problems.ts'
import { applyProfileChange, profileChangeSchema } from './profile-change.ts'
import type { UsersTables } from './schema.ts'

export type ProfileParts = {
  readonly database: Kysely<UsersTables>
  readonly closeAccount: CloseAccount
  readonly changePassword: ChangePassword
  readonly guard: Guard<UsersAccess>
  readonly trustedProxyHops: number
  now(): Date
}

/** What users see of themselves, and what they may do to it. */
export function profileRoutes(parts: ProfileParts) {
  const { database, guard, trustedProxyHops } = parts
  const routes = createRoutes()

  routes.openapi({ ...getOwnProfile, ...guard.user('getOwnProfile') }, async (c) => {
    const account = await database
      .selectFrom('users')
      .select(profileColumns)
      .where('id', '=', c.get('principal').userId)
      .where('status', '=', 'active')
      .executeTakeFirst()
    if (account === undefined) throw new Problem(problems.unauthenticated)
    return c.json(renderProfile(account), 200)
  })

  routes.openapi({ ...changeOwnProfile, ...guard.user('changeOwnProfile') }, async (c) => {
    const { userId } = c.get('principal')
    const change = c.req.valid('json')
    const caller = callerOf(c, trustedProxyHops)
    const account = await applyProfileChange(database, { userId, change, caller, now: parts.now() })
    if (account === undefined) throw new Problem(problems.unauthenticated)
    return c.json(renderProfile(account), 200)
  })

  routes.openapi({ ...closeOwnAccount, ...guard.user('closeOwnAccount') }, async (c) => {
    await parts.closeAccount(c.get('principal').userId, callerOf(c, trustedProxyHops))
    return c.body(null, 204)
  })

  routes.openapi({ ...changePassword, ...guard.user('changePassword') }, async (c) => {
    await parts.changePassword(c.get('principal'), c.req.valid('json'), callerOf(c, trustedProxyHops))
    return c.body(null, 204)
  })
  return routes
}

const getOwnProfile = createRoute({
  method: 'get',
  path: '/api/v1/users/me',
  summary: 'Read the own profile',
  tags: ['users'],
  responses: { 200: jsonAnswer('The profile', profileSchema), ...problemResponses() },
})

const changeOwnProfile = createRoute({
  method: 'put',
  path: '/api/v1/users/me',
  summary: 'Change the own profile',
  tags: ['users'],
  request: { body: jsonBody(profileChangeSchema) },
  responses: {
    200: jsonAnswer('The profile as it is now', profileSchema),
    ...problemResponses(),
  },
})

const closeOwnAccount = createRoute({
  method: 'delete',
  path: '/api/v1/users/me',
  summary: 'Close the own account',
  description: 'For good: who it was is taken away, all logins end, and the address may register again.',
  tags: ['users'],
  responses: {
    204: { description: 'Closed' },
    ...problemResponses(usersProblems.lastAdmin),
  },
})

const changePassword = createRoute({
  method: 'post',
  path: '/api/v1/users/change-password',
  summary: 'Change the own password',
  description: 'Ends all logins but this one. A wrong current password counts like one at login.',
  tags: ['users'],
  request: { body: jsonBody(passwordChangeSchema) },
  responses: {
    204: { description: 'Changed' },
    ...problemResponses(usersProblems.currentPasswordWrong, usersProblems.tooManyAttempts),
  },
})
