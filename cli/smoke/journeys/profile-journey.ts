import { z } from 'zod'
import { anything, bearer, logIn, refreshToken, register } from './account-steps.ts'
import { type Journey, step } from './journey.ts'

const profile = z.object({ email: z.string(), name: z.string(), role: z.string() })
const newName = 'Ada Journey, Countess'

/** From the first visit to the last: an account, its profile, its logins. */
export const profileJourney: Journey = {
  name: 'a customer has an account',
  people: ['ada'],
  needs: ['account'],
  steps: [
    register('ada'),
    logIn('ada'),
    step({
      name: 'ada reads her profile',
      service: 'users',
      ask: (recall) => ({ method: 'GET', path: '/api/v1/users/me', headers: bearer(recall, 'ada') }),
      status: 200,
      body: profile,
      refuse: ({ email, role }, recall) =>
        email === recall('ada.email') && role === 'user' ? null : `of ${email}, who is ${role}`,
    }),
    step({
      name: 'ada changes her name',
      service: 'users',
      ask: (recall) => ({
        method: 'PUT',
        path: '/api/v1/users/me',
        headers: bearer(recall, 'ada'),
        body: { name: newName },
      }),
      status: 200,
      body: profile,
      refuse: ({ name }) => (name === newName ? null : `with the name ${name}`),
    }),
    refreshToken('ada'),
    step({
      name: 'ada reads what she changed',
      service: 'users',
      ask: (recall) => ({ method: 'GET', path: '/api/v1/users/me', headers: bearer(recall, 'ada') }),
      status: 200,
      body: profile,
      refuse: ({ name }) => (name === newName ? null : `with the name ${name}`),
    }),
    step({
      name: 'ada logs out',
      service: 'users',
      ask: (recall) => ({ method: 'POST', path: '/api/v1/auth/logout', headers: bearer(recall, 'ada'), body: {} }),
      status: 204,
      body: anything,
    }),
    step({
      name: "ada's token is over",
      service: 'users',
      ask: (recall) => ({ method: 'GET', path: '/api/v1/users/me', headers: bearer(recall, 'ada') }),
      status: 401,
      body: anything,
      // Other processes hear of it a moment later.
      withinSeconds: 5,
    }),
  ],
}
