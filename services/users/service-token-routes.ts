import { createRoute, z } from '@hono/zod-openapi'
import { auth as basicAuth } from 'hono/utils/basic-auth'
import type { Kysely } from 'kysely'
import { serviceNameSchema, serviceToken } from '../kit/authentication.ts'
import type { Guard } from '../kit/guard.ts'
import { Problem, problemResponses, problems } from '../kit/problems.ts'
import { createRoutes, jsonAnswer, jsonBody, type RequestContext } from '../kit/routes.ts'
import type { UsersAccess } from './access.ts'
import type { ServiceTokenSigner } from './access-token.ts'
import { auditEntry } from './audit-entry.ts'
import { callerOf } from './caller.ts'
import type { UsersTables } from './schema.ts'
import { findClient, grantedScopes, type ServiceClient } from './service-clients.ts'

export type ServiceTokenParts = {
  readonly database: Kysely<UsersTables>
  readonly clients: readonly ServiceClient[]
  readonly sign: ServiceTokenSigner
  readonly guard: Guard<UsersAccess>
  readonly trustedProxyHops: number
  now(): Date
}

/** Tokens with which the services call each other. The edge never routes here. */
export function serviceTokenRoutes(parts: ServiceTokenParts) {
  const { clients, guard, sign, now } = parts
  const routes = createRoutes()
  routes.openapi({ ...route, ...guard.anyone('issueServiceToken') }, async (c) => {
    const given = basicAuth(c.req.raw)
    const client = given && findClient(clients, given)
    if (client === undefined) return refuse(c, { parts, id: given?.username })
    const { audience } = c.req.valid('json')
    const scopes = grantedScopes(client, audience)
    if (scopes === undefined) throw new Problem(problems.forbidden, { detail: `Nothing to do for ${client} there` })
    const scope = scopes.join(' ')
    const token = {
      access_token: await sign({ client, audience, scope }, now()),
      token_type: 'Bearer' as const,
      expires_in: serviceToken.lifetimeSeconds,
      scope,
    }
    return c.json(token, 200)
  })
  return routes
}

type Refused = { readonly parts: ServiceTokenParts; readonly id: string | undefined }

/** Nobody and a wrong secret are one answer. The trail has the id only where it can be one. */
async function refuse(c: RequestContext, { parts, id }: Refused): Promise<never> {
  const target = serviceNameSchema.safeParse(id).success ? `service:${id}` : 'service:unknown'
  const facts = { now: parts.now(), action: 'service_token_refused', userId: null, target } as const
  await parts.database
    .insertInto('audit_logs')
    .values(auditEntry(callerOf(c, parts.trustedProxyHops), facts))
    .execute()
  const headers = { 'WWW-Authenticate': 'Basic realm="services"' }
  throw new Problem(problems.unauthenticated, { detail: 'The client or its secret is wrong', headers })
}

const wishSchema = z
  .strictObject({
    audience: serviceNameSchema.openapi({ description: 'the service to call', example: 'product-catalog' }),
  })
  .openapi('ServiceTokenWish')

const tokenSchema = z
  .strictObject({
    access_token: z.string(),
    token_type: z.literal('Bearer'),
    expires_in: z.int().openapi({ description: 'seconds', example: serviceToken.lifetimeSeconds }),
    scope: z.string().openapi({ example: 'inventory:reserve inventory:commit' }),
  })
  .openapi('ServiceToken')

const route = createRoute({
  method: 'post',
  path: '/internal/v1/service-token',
  summary: 'Get a token for calls to one service',
  description: 'With the client’s id and secret in an Authorization header of kind Basic.',
  tags: ['services'],
  request: { body: jsonBody(wishSchema) },
  responses: {
    200: jsonAnswer('The token', tokenSchema),
    ...problemResponses(problems.unauthenticated, problems.forbidden),
  },
})
