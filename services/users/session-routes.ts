import { createRoute, z } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import type { Guard } from '../kit/guard.ts'
import { idSchema } from '../kit/id-schema.ts'
import { countResults, createResultCounter, type Metrics, outcomes } from '../kit/metrics.ts'
import { type Cursors, pageOf, pageSchema, paginationProblems } from '../kit/pagination.ts'
import { Problem, problemResponses, problems } from '../kit/problems.ts'
import { pageParameters } from '../kit/query-parameters.ts'
import { createRoutes, jsonAnswer, jsonBody } from '../kit/routes.ts'
import type { UsersAccess } from './access.ts'
import { callerOf } from './caller.ts'
import { endSessions } from './end-sessions.ts'
import { loginSchema } from './login-answer.ts'
import { usersProblems } from './problems.ts'
import type { Refresh } from './refresh.ts'
import type { UsersTables } from './schema.ts'
import { listSessions, renderSession, sessionSchema } from './session-list.ts'

export type SessionParts = {
  readonly database: Kysely<UsersTables>
  readonly refresh: Refresh
  readonly cursors: Cursors
  readonly guard: Guard<UsersAccess>
  readonly metrics: Metrics
  readonly trustedProxyHops: number
  now(): Date
}

/** How a login goes on, and how it ends. */
export function sessionRoutes(parts: SessionParts) {
  const { database, guard, metrics, cursors, trustedProxyHops } = parts
  const refreshes = createResultCounter(metrics, {
    name: 'token_refreshes_total',
    help: 'Refreshes by how they ended; a token that is over or reused is refused, only a failure of ours is an error',
    results: outcomes,
  })
  const routes = createRoutes()

  routes.openapi(
    createRoute({ ...refreshRoute, ...guard.anyone('refresh'), middleware: [countResults(refreshes)] as const }),
    async (c) => c.json(await parts.refresh(c.req.valid('json').refresh_token, callerOf(c, trustedProxyHops)), 200),
  )

  routes.openapi({ ...logoutRoute, ...guard.user('logout') }, async (c) => {
    const { userId, sessionId } = c.get('principal')
    const { everywhere } = c.req.valid('json')
    const caller = callerOf(c, trustedProxyHops)
    await endSessions(database, { userId, sessionId: everywhere === true ? null : sessionId, caller, now: parts.now() })
    return c.body(null, 204)
  })

  routes.openapi({ ...listRoute, ...guard.user('listOwnSessions') }, async (c) => {
    const { userId, sessionId } = c.get('principal')
    const { limit, cursor } = c.req.valid('query')
    const query = { list: 'sessions', userId }
    const [afterId] = cursor === undefined ? [] : cursors.open(cursor, { query, schema: z.tuple([z.uuid()]) })
    const rows = await listSessions(database, { userId, afterId, limit: limit + 1 })
    const page = pageOf(rows, { limit, cursorAfter: (last) => cursors.sign([last.id], query) })
    const data = page.data.map((row) => renderSession(row, sessionId))
    return c.json(sessionPageSchema.parse({ ...page, data }), 200)
  })

  routes.openapi({ ...endRoute, ...guard.user('endOwnSession') }, async (c) => {
    const { userId } = c.get('principal')
    const ending = {
      userId,
      sessionId: c.req.valid('param').id,
      caller: callerOf(c, trustedProxyHops),
      now: parts.now(),
    }
    // Of somebody else, ended before and unknown are one answer.
    if (!(await endSessions(database, ending))) throw new Problem(problems.notFound)
    return c.body(null, 204)
  })
  return routes
}

const done = { description: 'Done' }

/** Any text: what is no token is answered like a token that nobody has. */
const refreshSchema = z
  .strictObject({ refresh_token: z.string().openapi({ example: 'Zk1vX2p8bqv0yq3m5cJt7w9rTgLhNdSaEuKiOxWzYBQ' }) })
  .openapi('Refresh')

const refreshRoute = createRoute({
  method: 'post',
  path: '/api/v1/auth/refresh',
  summary: 'Get a new access token',
  description:
    'The refresh token is used up, and the answer has its successor. The same one again within 10 s has the same ' +
    'successor, for answers get lost; later it ends the whole login, because somebody else may have it.',
  tags: ['auth'],
  request: { body: jsonBody(refreshSchema) },
  responses: {
    200: jsonAnswer('Signed in for another while', loginSchema),
    ...problemResponses(usersProblems.refreshInvalid, usersProblems.refreshSuperseded),
  },
})

const logoutSchema = z
  .strictObject({ everywhere: z.boolean().optional().openapi({ description: 'end all logins, not only this one' }) })
  .openapi('Logout')

const logoutRoute = createRoute({
  method: 'post',
  path: '/api/v1/auth/logout',
  summary: 'Log out',
  tags: ['auth'],
  request: { body: { ...jsonBody(logoutSchema), required: false } },
  responses: { 204: done, ...problemResponses() },
})

const sessionPageSchema = pageSchema(sessionSchema).openapi('SessionPage')

const listRoute = createRoute({
  method: 'get',
  path: '/api/v1/users/me/sessions',
  summary: 'List the own logins, newest first',
  tags: ['sessions'],
  request: { query: z.object(pageParameters) },
  responses: {
    200: jsonAnswer('A page of logins', sessionPageSchema),
    ...problemResponses(paginationProblems.cursor),
  },
})

const endRoute = createRoute({
  method: 'delete',
  path: '/api/v1/users/me/sessions/{id}',
  summary: 'End one of the own logins',
  tags: ['sessions'],
  request: {
    params: z.object({
      id: idSchema.openapi({ param: { name: 'id', in: 'path' }, example: '0192f0c4-5a00-7000-8000-000000000002' }),
    }),
  },
  responses: { 204: done, ...problemResponses() },
})
