import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { defineScenario, defineStatelessScenario, type Scenario, type Step } from '../scenario/scenario.ts'

const settingsSchema = z.object({
  /** Asked one after the other. */
  paths: z.array(z.string()).default(['/ok']),
  /** Each user makes a thing when it comes and removes it when it goes. */
  makes: z.boolean().default(false),
  /** Each turn begins with a thing that is made, and removed when the turn is over. */
  makesEachTurn: z.boolean().default(false),
  /** Of the user whose number this is, the thread ends. */
  dies: z.int().optional(),
  /** Before this user's step the thread stands still for 600 ms. */
  blocks: z.int().optional(),
  /** Every `stop` waits for ever. */
  lingers: z.boolean().default(false),
  /** Every step throws what is no failed request. */
  throws: z.boolean().default(false),
})

export type TruthScenarios = z.input<typeof settingsSchema>

export const createScenarios = (value: unknown): readonly Scenario[] => {
  const { paths, makes, makesEachTurn, dies, blocks, lingers, throws } = settingsSchema.parse(value)
  const steps = paths.map((path) => ({
    name: path.split('?')[0] ?? path,
    run: (user: { readonly number: number }, http: Parameters<Scenario['enter']>[1]) => {
      if (user.number === dies) process.exit(3)
      if (user.number === blocks) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 600)
      if (throws) throw new TypeError('a mistake')
      const mark = path.includes('?') ? '&' : '?'
      const check = (response: { json(): unknown }) =>
        JSON.stringify(response.json()) === '{"price":null}' ? 'price is missing' : null
      const expect = path.startsWith('/slow-body') ? {} : { check }
      return http.get(`${path}${mark}n=${user.number}`, { expect })
    },
  }))
  const name = 'visitor'
  if (makesEachTurn) return [makerOf(steps)]
  if (!makes && !lingers) return [defineStatelessScenario({ name, weight: 1, steps })]
  const visitor = defineScenario({
    name,
    weight: 1,
    async start(user, http) {
      if (makes) await http.post(`/make?n=${user.number}`, {})
      return user.number
    },
    steps,
    stop: ({ state }, http) => (lingers ? pause(3_600_000) : http.post(`/remove?n=${state}`, {})),
  })
  return [visitor]
}

type Turns = { turn: number; readonly made: string[] }

const makerOf = (steps: readonly Step<unknown>[]): Scenario =>
  defineScenario<Turns>({
    name: 'maker',
    weight: 1,
    start: () => ({ turn: 0, made: [] }),
    steps: [
      {
        name: 'make',
        run({ number, state }, http) {
          const thing = `${number}-${state.turn++}`
          state.made.push(thing)
          return http.post(`/make?n=${thing}`, {})
        },
      },
      ...steps,
    ],
    async tidy({ state: { made } }, http) {
      for (let thing = made[0]; thing !== undefined; thing = made[0]) {
        await http.post(`/remove?n=${thing}`, {})
        made.shift()
      }
    },
  })
