import { createRoute, z } from '@hono/zod-openapi'
import type { Guard } from '../kit/guard.ts'
import { countResults, createResultCounter, type Metrics, outcomes } from '../kit/metrics.ts'
import { problemResponses } from '../kit/problems.ts'
import { createRoutes, jsonAnswer, jsonBody } from '../kit/routes.ts'
import type { UsersAccess } from './access.ts'
import { callerOf } from './caller.ts'
import { emailAddressSchema } from './email-address.ts'
import { evenTime } from './even-time.ts'
import type { LogIn } from './login.ts'
import { loginSchema } from './login-answer.ts'
import { givenPasswordSchema, passwordSchema } from './password-rules.ts'
import { personNameSchema } from './person-name.ts'
import { usersProblems } from './problems.ts'
import type { Register } from './register.ts'

const registrationSchema = z
  .strictObject({ email: emailAddressSchema, name: personNameSchema, password: passwordSchema })
  .openapi('Registration')
const credentialsSchema = z
  .strictObject({ email: emailAddressSchema, password: givenPasswordSchema })
  .openapi('Credentials')
export const acceptedSchema = z.strictObject({ status: z.literal('accepted') }).openapi('Accepted')

/** A hash takes 15 ms, and as long again where another one runs. */
const leastMilliseconds = 50

/** Registration and login. Their answers never tell who has an account. */
export function authRoutes(parts: {
  readonly register: Register
  readonly logIn: LogIn
  readonly guard: Guard<UsersAccess>
  readonly metrics: Metrics
  readonly trustedProxyHops: number
}) {
  const { register, logIn, guard, metrics, trustedProxyHops } = parts
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
      ...guard.anyone('register'),
      method: 'post',
      path: '/api/v1/auth/register',
      summary: 'Register an account',
      description: 'Always accepted: the answer is the same for an address that has an account already.',
      tags: ['auth'],
      middleware: [countResults(registrations), evenTime(leastMilliseconds)] as const,
      request: { body: jsonBody(registrationSchema) },
      responses: { 202: jsonAnswer('Accepted', acceptedSchema), ...problemResponses() },
    }),
    async (c) => {
      await register(c.req.valid('json'), callerOf(c, trustedProxyHops))
      return c.json({ status: 'accepted' as const }, 202)
    },
  )

  routes.openapi(
    createRoute({
      ...guard.anyone('login'),
      method: 'post',
      path: '/api/v1/auth/login',
      summary: 'Log in',
      tags: ['auth'],
      middleware: [countResults(logins)] as const,
      request: { body: jsonBody(credentialsSchema) },
      responses: {
        200: jsonAnswer('Logged in', loginSchema),
        ...problemResponses(usersProblems.credentialsWrong, usersProblems.tooManyAttempts),
      },
    }),
    async (c) => c.json(await logIn(c.req.valid('json'), callerOf(c, trustedProxyHops)), 200),
  )
  return routes
}
