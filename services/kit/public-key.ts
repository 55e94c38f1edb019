import { z } from '@hono/zod-openapi'

/** The public half of a key that access tokens are signed with, as its JWK has it. */
export const publicKeyShape = {
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string(),
  y: z.string(),
  kid: z.string(),
  alg: z.literal('ES256'),
  use: z.literal('sig'),
}
