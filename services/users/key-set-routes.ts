import { createRoute, z } from '@hono/zod-openapi'
import { problemResponses } from '../kit/problems.ts'
import { createRoutes, jsonAnswer } from '../kit/routes.ts'
import type { SigningKeys } from './signing-keys.ts'

const publicKeySchema = z
  .strictObject({
    kty: z.literal('EC'),
    crv: z.literal('P-256'),
    x: z.string(),
    y: z.string(),
    kid: z.string(),
    alg: z.literal('ES256'),
    use: z.literal('sig'),
  })
  .openapi('PublicKey')
const keySetSchema = z.strictObject({ keys: z.array(publicKeySchema) }).openapi('KeySet')

/** The public keys, with which anyone can check an access token. */
export function keySetRoutes({ publicKeys }: SigningKeys) {
  const keySet = keySetSchema.parse({ keys: publicKeys })
  const routes = createRoutes()
  routes.openapi(
    createRoute({
      method: 'get',
      path: '/.well-known/jwks.json',
      operationId: 'getKeySet',
      summary: 'Read the public keys that access tokens are signed with',
      tags: ['keys'],
      security: [],
      responses: { 200: jsonAnswer('The key set', keySetSchema), ...problemResponses() },
    }),
    (c) => {
      c.header('Cache-Control', 'max-age=300')
      return c.json(keySet, 200)
    },
  )
  return routes
}
