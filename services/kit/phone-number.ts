import { z } from '@hono/zod-openapi'

/** E.164: plus, country code, at most 15 digits in all, nothing between them. */
export const phoneNumberSchema = z
  .string()
  .regex(/^\+[1-9]\d{6,14}$/, 'must be a number in the form of E.164')
  .openapi({ example: '+4915112345678' })
