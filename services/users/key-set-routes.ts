import { createRoute, z } from '@hono/zod-openapi'
import type { Guard } from '../kit/guard.ts'
import { problemResponses } from '../kit/problems.ts'
import { publicKeyShape } from '../kit/public-key.ts'
import { createRoutes, jsonAnswer } from '../kit/routes.ts'
import type { UsersAccess } from './access.ts'
import type { SigningKeys } from './signing-keys.ts'

const publicKeySchema = z.strictObject(publicKeyShape).openapi('PublicKey')
const keySetSchema = z.strictObject({ keys: z.array(publicKeySchema) }).openapi('KeySet')

/** The public keys, with which anyone can check an access token. */
export function keySetRoutes({ publicKeys }: SigningKeys, guard: Guard<UsersAccess>) {
  const keySet = keySetSchema.parse({ keys: publicKeys })
  const routes = createRoutes()
  routes.openapi(
    createRoute({
      ...guard.anyone('getKeySet'),
      method: 'get',
      path: '/.well-known/jwks.json',
      summary: 'Read the public keys that access tokens are signed with',
      tags: ['keys'],
      responses: { 200: jsonAnswer('The key set', keySetSchema), ...problemResponses() },
    }),
    (c) => {
      c.header('Cache-Control', 'max-age=300')
      return c.json(keySet, 200)
    },
  )
  return routes
}
