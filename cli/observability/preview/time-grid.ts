import type { TimeGrid } from './panel-data.ts'

/** More than a picture of this width can show. */
const mostPoints = 120
const scrapeSeconds = 15

/** The last so many minutes, at round times: what is asked for twice within a step is the same picture. */
export const lastMinutes = (minutes: number, now: Date): TimeGrid => {
  const span = minutes * 60
  const stepSeconds = Math.ceil(span / mostPoints / scrapeSeconds) * scrapeSeconds
  const end = Math.floor(now.getTime() / 1_000 / stepSeconds) * stepSeconds
  const count = Math.floor(span / stepSeconds) + 1
  return { fromSeconds: end - (count - 1) * stepSeconds, stepSeconds, count }
}
