import { createRoute, z } from '@hono/zod-openapi'
import { countResults, createResultCounter, type Metrics, outcomes } from '../kit/metrics.ts'
import { problemResponses, problems } from '../kit/problems.ts'
import { createRoutes, jsonAnswer, jsonBody } from '../kit/routes.ts'
import { callerOf } from './caller.ts'
import { emailAddressSchema } from './email-address.ts'
import type { LogIn } from './login.ts'
import { givenPasswordSchema, passwordSchema } from './password-rules.ts'
import { personNameSchema } from './person-name.ts'
import { usersProblems } from './problems.ts'
import type { Register } from './register.ts'

const bodyProblems = [problems.tooLarge, problems.unsupportedMediaType, problems.invalid]

const registrationSchema = z
  .strictObject({ email: emailAddressSchema, name: personNameSchema, password: passwordSchema })
  .openapi('Registration')
const credentialsSchema = z
  .strictObject({ email: emailAddressSchema, password: givenPasswordSchema })
  .openapi('Credentials')
const acceptedSchema = z.strictObject({ status: z.literal('accepted') }).openapi('Accepted')
const loginSchema = z
  .strictObject({
    access_token: z.string().openapi({ description: 'JWT (ES256) for Authorization: Bearer' }),
    refresh_token: z.string().openapi({ description: 'shown once' }),
    token_type: z.literal('Bearer'),
    expires_in: z.int().openapi({ description: 'seconds until the access token ends', example: 900 }),
  })
  .openapi('Login')

/** Registration and login. Their answers never tell who has an account. */
export function authRoutes(parts: {
  readonly register: Register
  readonly logIn: LogIn
  readonly metrics: Metrics
  readonly trustedProxyHops: number
}) {
  const { register, logIn, metrics, trustedProxyHops } = parts
  const registrations = createResultCounter(metrics, {
    name: 'registrations_total',
    help: 'Registrations by how they ended',
    results: outcomes,
  })
  const logins = createResultCounter(metrics, {
    name: 'logins_total',
    help: 'Logins by how they ended; a wrong password is refused, only a failure of ours is an error',
    results: outcomes,
  })
  const routes = createRoutes()

  routes.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/auth/register',
      operationId: 'register',
      summary: 'Register an account',
      description: 'Always accepted: the answer is the same for an address that has an account already.',
      tags: ['auth'],
      security: [],
      middleware: [countResults(registrations)] as const,
      request: { body: jsonBody(registrationSchema) },
      responses: { 202: jsonAnswer('Accepted', acceptedSchema), ...problemResponses(...bodyProblems) },
    }),
    async (c) => {
      await register(c.req.valid('json'), callerOf(c, trustedProxyHops))
      return c.json({ status: 'accepted' as const }, 202)
    },
  )

  routes.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/auth/login',
      operationId: 'login',
      summary: 'Log in',
      tags: ['auth'],
      security: [],
      middleware: [countResults(logins)] as const,
      request: { body: jsonBody(credentialsSchema) },
      responses: {
        200: jsonAnswer('Logged in', loginSchema),
        ...problemResponses(usersProblems.credentialsWrong, ...bodyProblems),
      },
    }),
    async (c) => c.json(await logIn(c.req.valid('json'), callerOf(c, trustedProxyHops)), 200),
  )
  return routes
}
