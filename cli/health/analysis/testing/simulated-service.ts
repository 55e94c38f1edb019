import type { RouteCounts, Span } from '../counts.ts'

export type SimulatedRoute = {
  readonly route: string
  readonly requestsPerSecond: number
  readonly meanMilliseconds: number
  /** Of 1. */
  readonly errorShare: number
}

export type SimulatedService = {
  readonly routes: readonly SimulatedRoute[]
  /** How far the machine's own pace wanders: the standard deviation of its logarithm, half of it left a second later. */
  readonly unsteadiness: number
  readonly random: () => number
}

/** Mulberry32: the same numbers for the same seed. */
export const seededRandom = (seed: number): (() => number) => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

const poisson = (mean: number, random: () => number): number => {
  const limit = Math.exp(-mean)
  let count = 0
  for (let product = random(); product > limit; product *= random()) count += 1
  return count
}

/** Most are quick and a few take long, as with every server: log-normal, with this standard deviation of the logarithm. */
const spread = 0.7

const answer = (
  { route, requestsPerSecond, meanMilliseconds, errorShare }: SimulatedRoute,
  given: Pace,
): RouteCounts[] => {
  const { pace, random } = given
  const asked = poisson(requestsPerSecond, random)
  let failed = 0
  let seconds = 0
  for (let index = 0; index < asked; index += 1) {
    if (random() < errorShare) failed += 1
    else seconds += (meanMilliseconds / 1000) * pace * Math.exp(spread * normal(random) - spread ** 2 / 2)
  }
  return [
    { route, status: 200, requests: asked - failed, seconds, slow: 0 },
    { route, status: 500, requests: failed, seconds: failed * 0.001, slow: 0 },
  ].filter(({ requests }) => requests > 0)
}

type Pace = { readonly pace: number; readonly random: () => number }

/** What a service answers in each of so many seconds. */
export const simulate = ({ routes, unsteadiness, random }: SimulatedService, seconds: number): readonly Span[] => {
  let wandering = 0
  return Array.from({ length: seconds }, () => {
    wandering = 0.5 * wandering + Math.sqrt(0.75) * normal(random)
    return routes.flatMap((route) => answer(route, { pace: Math.exp(unsteadiness * wandering), random }))
  })
}
