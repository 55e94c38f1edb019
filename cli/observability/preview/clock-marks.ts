import type { Mark } from '../../../loadtest/report/plot/plot-frame.ts'
import type { TimeGrid } from './panel-data.ts'

const steps = [15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400]
const mostMarks = 6

const two = (value: number): string => String(value).padStart(2, '0')

const clock = (seconds: number, stepSeconds: number): string => {
  const date = new Date(seconds * 1_000)
  const minutes = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}`
  return stepSeconds < 60 ? `${minutes}:${two(date.getUTCSeconds())}` : minutes
}

/** Round times of day, in UTC. */
export const clockMarks = ({ fromSeconds, stepSeconds, count }: TimeGrid): readonly Mark[] => {
  const span = Math.max(stepSeconds, (count - 1) * stepSeconds)
  const step = steps.find((one) => span / one <= mostMarks) ?? 86_400
  const first = Math.ceil(fromSeconds / step) * step
  const marks = Math.floor((fromSeconds + span - first) / step) + 1
  return Array.from({ length: Math.max(0, marks) }, (_, index) => {
    const seconds = first + index * step
    return { at: (seconds - fromSeconds) / span, label: clock(seconds, step) }
  })
}
