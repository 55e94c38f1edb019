import { z } from 'zod'
import type { Notes, Recall } from './journey.ts'
import { step } from './journey.ts'

/** An answer without a body, or with one that does not matter. */
export const anything = z.unknown()

export const bearer = (recall: Recall, person: string) => ({ authorization: `Bearer ${recall(`${person}.token`)}` })

const login = z.object({ access_token: z.string(), refresh_token: z.string(), token_type: z.literal('Bearer') })

const tokensOf =
  (person: string) =>
  ({ access_token, refresh_token }: z.infer<typeof login>): Notes => ({
    [`${person}.token`]: access_token,
    [`${person}.refresh`]: refresh_token,
  })

export const register = (person: string) =>
  step({
    name: `${person} registers`,
    service: 'users',
    ask: (recall) => ({
      method: 'POST',
      path: '/api/v1/auth/register',
      body: {
        email: recall(`${person}.email`),
        name: recall(`${person}.name`),
        password: recall(`${person}.password`),
      },
    }),
    status: 202,
    body: anything,
  })

export const logIn = (person: string) =>
  step({
    name: `${person} logs in`,
    service: 'users',
    ask: (recall) => ({
      method: 'POST',
      path: '/api/v1/auth/login',
      body: { email: recall(`${person}.email`), password: recall(`${person}.password`) },
    }),
    status: 200,
    body: login,
    learn: tokensOf(person),
  })

export const refreshToken = (person: string) =>
  step({
    name: `${person} refreshes the token`,
    service: 'users',
    ask: (recall) => ({
      method: 'POST',
      path: '/api/v1/auth/refresh',
      body: { refresh_token: recall(`${person}.refresh`) },
    }),
    status: 200,
    body: login,
    learn: tokensOf(person),
  })
