import type { Http } from './http.ts'

/** A user before it has a state. */
export type Newcomer = {
  /** From 0, no two alike in a run, whatever the workers. */
  readonly number: number
  /** Uniform in [0, 1), the same in every run of the same seed. */
  random(): number
}

export type User<State> = Newcomer & { readonly state: State }

export type Step<State> = {
  /** The endpoint under which its requests count. */
  readonly name: string
  run(user: User<State>, http: Http): Promise<unknown> | undefined
}

type Parts<State> = {
  readonly name: string
  /** Against the weights of the other scenarios. */
  readonly weight: number
  readonly steps: readonly Step<State>[]
  /**
   * Removes what a turn made: after each turn that has come to its end or failed, and before `stop` once more. May be
   * asked again for what it could not remove. Its requests are counted apart, as those of `stop`.
   */
  tidy?(user: User<State>, http: Http): Promise<unknown> | undefined
  /** Removes what the user made. Its requests are counted apart. */
  stop?(user: User<State>, http: Http): Promise<unknown> | undefined
}

type WithState<State> = Parts<State> & {
  /** Before the first step. Its requests are counted apart. */
  start(user: Newcomer, http: Http): State | Promise<State>
}

/** What the engine sees of a scenario: the type of its users' state stays inside. */
export type Scenario = {
  readonly name: string
  readonly weight: number
  readonly steps: readonly string[]
  enter(user: Newcomer, http: Http): Promise<Visit>
}

/** A user inside of its scenario. */
export type Visit = {
  run(step: number, http: Http): Promise<unknown> | undefined
  tidy(http: Http): Promise<unknown> | undefined
  leave(http: Http): Promise<unknown> | undefined
}

export const defineScenario = <State>({ name, weight, steps, start, tidy, stop }: WithState<State>): Scenario => ({
  name,
  weight,
  steps: steps.map((step) => step.name),
  async enter(newcomer, http) {
    const user = { number: newcomer.number, random: newcomer.random, state: await start(newcomer, http) }
    return {
      run: (step, theirs) => steps[step]?.run(user, theirs),
      tidy: (theirs) => tidy?.(user, theirs),
      leave: (theirs) => stop?.(user, theirs),
    }
  },
})

/** Of users who remember nothing. */
export const defineStatelessScenario = (parts: Parts<null>): Scenario => defineScenario({ ...parts, start: () => null })

/** The mean of what one user's way through its scenario sends, where each step sends one request. */
export const requestsPerUser = (scenarios: readonly Pick<Scenario, 'weight' | 'steps'>[]): number => {
  const weights = scenarios.reduce((sum, { weight }) => sum + weight, 0)
  return scenarios.reduce((sum, { weight, steps }) => sum + (weight / weights) * steps.length, 0)
}
