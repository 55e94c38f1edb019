/** Values to their place from 0 to 1, and the marks to read them by. */
export type Scale = {
  readonly ticks: readonly number[]
  /** Within 0 and 1, whatever the value. */
  at(value: number): number
}

const clamped = (place: number): number => Math.min(1, Math.max(0, place))

/** 1, 2 or 5 times a power of ten: at most so many of them make up `range`. */
const niceStep = (range: number, most: number): number => {
  const rough = range / most
  const power = 10 ** Math.floor(Math.log10(rough))
  return ([1, 2, 5, 10].find((factor) => factor * power >= rough * (1 - 1e-9)) ?? 10) * power
}

/** From 0 to the first mark that is no less than the value. */
export const linearScale = (most: number, marks = 5): Scale => {
  const top = most > 0 ? most : 1
  const step = niceStep(top, marks)
  const steps = Math.ceil(top / step - 1e-9)
  const ticks = Array.from({ length: steps + 1 }, (_, index) => Number((index * step).toPrecision(12)))
  return { ticks, at: (value) => clamped(value / (steps * step)) }
}

/** Whole decades are marked, and with few of them twos and fives as well. Both values above 0. */
export const logScale = (least: number, most: number): Scale => {
  const from = Math.floor(Math.log10(least) + 1e-9)
  const to = Math.max(from + 1, Math.ceil(Math.log10(most) - 1e-9))
  const factors = to - from <= 2 ? [1, 2, 5] : [1]
  const ticks = Array.from({ length: to - from + 1 }, (_, index) => from + index).flatMap((decade) =>
    (decade === to ? [1] : factors).map((factor) => Number((factor * 10 ** decade).toPrecision(12))),
  )
  return { ticks, at: (value) => clamped((Math.log10(Math.max(value, Number.MIN_VALUE)) - from) / (to - from)) }
}

/** Figures that lie further apart than this are not seen beside each other on a linear scale. */
const linearSpan = 30

/** Of latencies: linear where that shows all of them, logarithmic where one would be a line at the bottom. */
export const latencyScale = (values: readonly number[]): Scale & { readonly isLog: boolean } => {
  const above = values.filter((value) => value > 0)
  if (above.length === 0) return { ...linearScale(1), isLog: false }
  const [least, most] = [Math.min(...above), Math.max(...above)]
  const isLog = most / least > linearSpan
  return { ...(isLog ? logScale(least, most) : linearScale(most)), isLog }
}
