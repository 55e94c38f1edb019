import { expect, it } from 'vitest'
import type { Http } from './http.ts'
import { defineScenario, defineStatelessScenario, requestsPerUser } from './scenario.ts'

const noHttp = (asked: string[]): Http => {
  const answer = async (path: string) => {
    asked.push(path)
    return { status: 200, headers: {}, text: () => '{}', json: () => ({}) }
  }
  return { request: ({ path }) => answer(path), get: answer, post: answer, put: answer, delete: answer }
}

it('a step knows what the start of its user has remembered, and of no other user', async () => {
  const scenario = defineScenario({
    name: 'buyer',
    weight: 20,
    start: (user) => ({ token: `token-${user.number}`, orders: 0 }),
    steps: [
      {
        name: 'create order',
        run({ state }, http) {
          state.orders++
          return http.get(`/${state.token}/${state.orders}`)
        },
      },
    ],
    stop: ({ state }, http) => http.delete(`/${state.token}`),
  })
  const asked: string[] = []
  const visit = async (number: number) => scenario.enter({ number, random: () => 0 }, noHttp(asked))
  const [first, second] = [await visit(1), await visit(2)]
  await first.run(0, noHttp(asked))
  await first.run(0, noHttp(asked))
  await second.run(0, noHttp(asked))
  await second.leave(noHttp(asked))
  expect(asked).toEqual(['/token-1/1', '/token-1/2', '/token-2/1', '/token-2'])
})

it('what a user sends on its way is the mean of the scenarios by their weights', () => {
  const steps = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ name: `${index}`, run: () => undefined }))
  const scenarios = [
    defineStatelessScenario({ name: 'users', weight: 30, steps: steps(4) }),
    defineStatelessScenario({ name: 'catalog', weight: 50, steps: steps(5) }),
    defineStatelessScenario({ name: 'orders', weight: 20, steps: steps(4) }),
  ]
  expect(requestsPerUser(scenarios)).toBeCloseTo(4.5)
})
