import { z } from '@hono/zod-openapi'

/** What a login and a refresh answer. */
export const loginSchema = z
  .strictObject({
    access_token: z.string().openapi({ description: 'JWT (ES256) for Authorization: Bearer' }),
    refresh_token: z.string().openapi({ description: 'shown once' }),
    token_type: z.literal('Bearer'),
    expires_in: z.int().openapi({ description: 'seconds until the access token ends', example: 900 }),
  })
  .openapi('Login')

export type Login = z.output<typeof loginSchema>
