import type { OpenProfile } from '../profile/profile.ts'
import { seededRandom } from './seeded-random.ts'
import type { WorkerShare } from './worker-share.ts'

export type Arrival = { readonly atSeconds: number; readonly user: number }

/**
 * A worker's part of all arrivals, in order of time. Even ones are dealt in turns; of Poisson ones each worker has a
 * process of its own, and together they are one of the whole rate.
 */
export function* arrivalsOf(profile: OpenProfile, { worker, workers }: WorkerShare): Generator<Arrival> {
  const random = seededRandom(profile.seed, 0x40_000_000 + worker)
  const step = profile.arrivals === 'even' ? () => workers : () => -Math.log(1 - random()) * workers
  let due = profile.arrivals === 'even' ? worker : step()
  let user = worker
  let began = 0
  let expected = 0
  for (const stage of openStagesOf(profile)) {
    const from = stage.fromArrivalsPerSecond ?? stage.arrivalsPerSecond
    const inStage = ((from + stage.arrivalsPerSecond) / 2) * stage.durationSeconds
    for (; due < expected + inStage; due += step(), user += workers) {
      const ramp = { from, to: stage.arrivalsPerSecond, seconds: stage.durationSeconds }
      yield { atSeconds: began + secondsUntil(due - expected, ramp), user }
    }
    began += stage.durationSeconds
    expected += inStage
  }
}

export const openStagesOf = ({ stages, arrivalsPerSecond, durationSeconds }: OpenProfile) =>
  stages ?? [{ arrivalsPerSecond, durationSeconds, fromArrivalsPerSecond: undefined }]

export const peakArrivalsPerSecond = (profile: OpenProfile): number =>
  Math.max(...openStagesOf(profile).flatMap((stage) => [stage.arrivalsPerSecond, stage.fromArrivalsPerSecond ?? 0]))

type Ramp = { readonly from: number; readonly to: number; readonly seconds: number }

/** When so many have arrived at a rate that goes evenly from one figure to another. */
const secondsUntil = (arrived: number, { from, to, seconds }: Ramp): number => {
  const slope = (to - from) / seconds
  if (arrived === 0) return 0
  // The stable form of the quadratic: at a slope of zero it is arrived / from.
  return (2 * arrived) / (from + Math.sqrt(Math.max(0, from * from + 2 * slope * arrived)))
}
