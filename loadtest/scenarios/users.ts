import { defineScenario, type Scenario } from '../engine/scenario/scenario.ts'
import { logIn } from './sessions.ts'
import type { ShopHttp } from './shop-http.ts'
import type { RunData } from './shop-settings.ts'

type State = {
  turns: number
  email: string
  token: string | undefined
}

const me = '/api/v1/users/me'

/**
 * L-1: somebody new registers, logs in and looks at their profile. Each turn is another one, who leaves at its end. Who
 * did not come as far as to log in stays until the run removes all that has its name: another login only for that would
 * cost the shop as much as the turn.
 */
export const usersScenario = (shop: ShopHttp, { run, password }: RunData): Scenario => {
  return defineScenario<State>({
    name: 'users',
    weight: 30,
    start: () => ({ turns: 0, email: '', token: undefined }),
    steps: [
      {
        name: 'register',
        run({ number, state }, http) {
          state.email = `load-${run}-u${number}-${state.turns++}@shop.example`
          const body = { email: state.email, password, name: 'Load Test' }
          return shop(http, '/api/v1/auth/register', { method: 'POST', body, expect: { status: 202 } })
        },
      },
      {
        name: 'log in',
        async run({ state }, http) {
          state.token = (await logIn(shop, http, { email: state.email, password })).token
        },
      },
      {
        name: 'get profile',
        run: ({ state }, http) => shop(http, me, { method: 'GET', token: state.token, expect: { status: 200 } }),
      },
      {
        name: 'update profile',
        run({ state }, http) {
          const body = { name: `Load Test ${state.turns}` }
          return shop(http, me, { method: 'PUT', token: state.token, body, expect: { status: 200 } })
        },
      },
    ],
    async tidy({ state }, http) {
      if (state.token === undefined) return
      await shop(http, me, { method: 'DELETE', token: state.token, expect: { status: [204, 401] } })
      state.token = undefined
    },
  })
}
