/** Seconds of a run as a horizontal axis. */
export type TimeAxis = {
  readonly seconds: number
  readonly ticks: readonly { readonly second: number; readonly label: string }[]
  /** Its name with the unit of the marks. */
  readonly title: string
  at(second: number): number
}

const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400]
const mostMarks = 7

const units = [
  { from: 3 * 3_600, seconds: 3_600, name: 'h' },
  { from: 180, seconds: 60, name: 'min' },
  { from: 0, seconds: 1, name: 's' },
] as const

export const timeAxis = (seconds: number): TimeAxis => {
  const end = Math.max(1, seconds)
  const step = steps.find((one) => end / one <= mostMarks) ?? Math.ceil(end / mostMarks / 86_400) * 86_400
  const unit = units.find(({ from }) => end >= from) ?? units[2]
  const ticks = Array.from({ length: Math.floor(end / step) + 1 }, (_, index) => {
    return { second: index * step, label: String(Number(((index * step) / unit.seconds).toFixed(2))) }
  })
  return { seconds: end, ticks, title: `time since the start, ${unit.name}`, at: (second) => second / end }
}
