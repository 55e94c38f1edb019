import { createRoute, z } from '@hono/zod-openapi'
import type { Kysely } from 'kysely'
import type { Guard } from '../kit/guard.ts'
import { idSchema } from '../kit/id-schema.ts'
import { roles } from '../kit/principal.ts'
import { Problem, problemResponses, problems } from '../kit/problems.ts'
import { createRoutes, jsonAnswer } from '../kit/routes.ts'
import type { UsersAccess } from './access.ts'
import { contactSchema, findContact } from './contact.ts'
import { findSession } from './own-sessions.ts'
import type { UsersTables } from './schema.ts'
import type { SessionSeen } from './session-seen.ts'

export type InternalParts = {
  readonly database: Kysely<UsersTables>
  readonly seen: SessionSeen
  readonly guard: Guard<UsersAccess>
}

/** What the other services ask about users. The edge never routes here. */
export function internalRoutes({ database, seen, guard }: InternalParts) {
  const routes = createRoutes()

  routes.openapi({ ...sessionRoute, ...guard.caller('getSession') }, async (c) => {
    const { sid } = c.req.valid('param')
    const session = await findSession(database, sid)
    if (session === undefined) throw new Problem(problems.notFound)
    if (!session.live) return c.json({ state: 'ended' as const }, 200)
    // Whoever asks does so because the user has just called there.
    seen(sid)
    const { user_id, role, verified: email_verified } = session
    return c.json({ state: 'live' as const, user_id, role, email_verified }, 200)
  })

  routes.openapi({ ...contactRoute, ...guard.caller('getUserContact') }, async (c) => {
    const contact = await findContact(database, c.req.valid('param').id)
    if (contact === undefined) throw new Problem(problems.notFound)
    return c.json(contact, 200)
  })
  return routes
}

const idParameter = (name: string) =>
  idSchema.openapi({ param: { name, in: 'path' }, example: '0192f0c4-5a00-7000-8000-000000000001' })
const sessionSchema = z
  .discriminatedUnion('state', [
    z.strictObject({
      state: z.literal('live'),
      user_id: z.uuid(),
      role: z.enum(roles),
      email_verified: z.boolean(),
    }),
    z.strictObject({ state: z.literal('ended') }),
  ])
  .openapi('SessionNow')

const sessionRoute = createRoute({
  method: 'get',
  path: '/internal/v1/sessions/{sid}',
  summary: 'What holds of a login now',
  tags: ['services'],
  request: { params: z.object({ sid: idParameter('sid') }) },
  responses: { 200: jsonAnswer('The login', sessionSchema), ...problemResponses() },
})

const contactRoute = createRoute({
  method: 'get',
  path: '/internal/v1/users/{id}/contact',
  summary: 'How a user is reached',
  description: 'A closed account has nothing personal any more.',
  tags: ['services'],
  request: { params: z.object({ id: idParameter('id') }) },
  responses: { 200: jsonAnswer('The contact', contactSchema), ...problemResponses() },
})
