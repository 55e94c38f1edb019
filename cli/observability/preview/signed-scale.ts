import { linearScale, type Scale } from '../../../loadtest/report/plot/scale.ts'

/** From 0 where nothing is below it; else as far down as up, so that 0 is seen in the middle. */
export const signedScale = (least: number, most: number): Scale => {
  if (least >= 0) return linearScale(most)
  const half = Math.max(-least, most)
  const shifted = linearScale(2 * half, 4)
  const top = (shifted.ticks.at(-1) ?? 2 * half) / 2
  return {
    ticks: shifted.ticks.map((tick) => Number((tick - top).toPrecision(12))),
    at: (value) => shifted.at(value + top),
  }
}
