import { createRoute, z } from '@hono/zod-openapi'
import type { Guard } from '../kit/guard.ts'
import { countResults, createResultCounter, type Metrics, outcomes } from '../kit/metrics.ts'
import { problemResponses } from '../kit/problems.ts'
import { createRoutes, jsonAnswer, jsonBody } from '../kit/routes.ts'
import type { UsersAccess } from './access.ts'
import { acceptedSchema } from './auth-routes.ts'
import { callerOf } from './caller.ts'
import { emailAddressSchema } from './email-address.ts'
import { evenTime } from './even-time.ts'
import type { ForgotPassword } from './forgot-password.ts'
import { passwordSchema } from './password-rules.ts'
import { usersProblems } from './problems.ts'
import type { ResendVerification } from './resend-verification.ts'
import type { ResetPassword } from './reset-password.ts'
import type { VerifyEmail } from './verify-email.ts'

/** Any text: what is no token is answered like a token that nobody has. */
const tokenSchema = z
  .string()
  .max(200)
  .openapi({ description: 'from the link in the mail', example: 'Zk1vX2p8bqv0yq3m5cJt7w9rTgLhNdSaEuKiOxWzYBQ' })
const addressSchema = z.strictObject({ email: emailAddressSchema }).openapi('AccountAddress')
const verificationSchema = z.strictObject({ token: tokenSchema }).openapi('Verification')
const resetSchema = z.strictObject({ token: tokenSchema, password: passwordSchema }).openapi('PasswordReset')

/** One statement takes 2 ms. */
const leastMilliseconds = 25

const done = { description: 'Done' }

export type MailedTokenParts = {
  readonly verifyEmail: VerifyEmail
  readonly resendVerification: ResendVerification
  readonly forgotPassword: ForgotPassword
  readonly resetPassword: ResetPassword
  readonly guard: Guard<UsersAccess>
  readonly metrics: Metrics
  readonly trustedProxyHops: number
}

/** What mailed links are for, and asking for them. Only POST uses a token up: programs that scan mails follow links. */
export function mailedTokenRoutes(parts: MailedTokenParts) {
  const { guard, metrics, trustedProxyHops } = parts
  const resets = createResultCounter(metrics, {
    name: 'password_resets_total',
    help: 'Passwords set by a mailed token, by how that ended',
    results: outcomes,
  })
  const routes = createRoutes()

  routes.openapi(
    createRoute({
      ...guard.anyone('verifyEmail'),
      method: 'post',
      path: '/api/v1/auth/verify-email',
      summary: 'Verify an address by the token that was mailed to it',
      description: 'Logs nobody in.',
      tags: ['auth'],
      request: { body: jsonBody(verificationSchema) },
      responses: { 204: done, ...problemResponses(usersProblems.tokenInvalid) },
    }),
    async (c) => {
      await parts.verifyEmail(c.req.valid('json').token, callerOf(c, trustedProxyHops))
      return c.body(null, 204)
    },
  )

  routes.openapi(
    createRoute({
      ...guard.anyone('resendVerification'),
      method: 'post',
      path: '/api/v1/auth/resend-verification',
      summary: 'Ask for another verification mail',
      description: 'Always accepted. Once a minute an account that is not verified gets a mail; only its link works.',
      tags: ['auth'],
      middleware: [evenTime(leastMilliseconds)] as const,
      request: { body: jsonBody(addressSchema) },
      responses: { 202: jsonAnswer('Accepted', acceptedSchema), ...problemResponses() },
    }),
    async (c) => {
      await parts.resendVerification(c.req.valid('json').email, callerOf(c, trustedProxyHops))
      return c.json({ status: 'accepted' as const }, 202)
    },
  )

  routes.openapi(
    createRoute({
      ...guard.anyone('forgotPassword'),
      method: 'post',
      path: '/api/v1/auth/forgot-password',
      summary: 'Ask for a link to set a password',
      description: 'Always accepted. Who has an account gets a mail; only the newest link works, once, for an hour.',
      tags: ['auth'],
      middleware: [evenTime(leastMilliseconds)] as const,
      request: { body: jsonBody(addressSchema) },
      responses: { 202: jsonAnswer('Accepted', acceptedSchema), ...problemResponses() },
    }),
    async (c) => {
      await parts.forgotPassword(c.req.valid('json').email, callerOf(c, trustedProxyHops))
      return c.json({ status: 'accepted' as const }, 202)
    },
  )

  routes.openapi(
    createRoute({
      ...guard.anyone('resetPassword'),
      method: 'post',
      path: '/api/v1/auth/reset-password',
      summary: 'Set a password by a mailed token',
      description: 'Ends all logins of the account and verifies its address. Logs nobody in.',
      tags: ['auth'],
      middleware: [countResults(resets)] as const,
      request: { body: jsonBody(resetSchema) },
      responses: { 204: done, ...problemResponses(usersProblems.tokenInvalid) },
    }),
    async (c) => {
      await parts.resetPassword(c.req.valid('json'), callerOf(c, trustedProxyHops))
      return c.body(null, 204)
    },
  )
  return routes
}
