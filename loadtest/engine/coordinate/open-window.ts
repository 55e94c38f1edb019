import { Histogram } from '../histogram/histogram.ts'
import { addHistogramText, encodeHistogram } from '../histogram/histogram-text.ts'
import type { GeneratorSecond, Series, SeriesSecond } from '../record/snapshot.ts'
import { Tally } from '../record/tally.ts'
import type { Window } from '../result/window.ts'
import { SeriesTotals } from './series-totals.ts'

const keyOf = ({ kind, scenario, endpoint }: Series): string => JSON.stringify([kind, scenario, endpoint])

/** Figures of one stretch of time while parts of it still come in. */
export class OpenWindow {
  readonly #series = new Map<string, SeriesTotals>()
  readonly #lag = new Histogram()
  readonly #delay = new Histogram()
  readonly #stepErrors = new Tally()
  /** Of each second: what is sums there is the most of a longer stretch. */
  readonly #users = new Map<number, { active: number; inFlight: number }>()
  #started = 0
  #arrived = 0
  #dropped = 0
  #utilization = 0

  /** `second` is that of the part, where the window has several. */
  add(second: number, part: { readonly series: readonly SeriesSecond[]; readonly generator: GeneratorSecond }): void {
    for (const one of part.series) this.#totalsOf(one).add(one)
    const { generator } = part
    addHistogramText(this.#lag, generator.lag)
    addHistogramText(this.#delay, generator.eventLoopDelay)
    this.#stepErrors.addAll(generator.stepErrors)
    const { active, inFlight } = this.#users.get(second) ?? { active: 0, inFlight: 0 }
    this.#users.set(second, {
      active: active + generator.activeUsers,
      inFlight: inFlight + generator.requestsInFlight,
    })
    this.#started += generator.started
    this.#arrived += generator.arrived
    this.#dropped += generator.dropped
    this.#utilization = Math.max(this.#utilization, generator.eventLoopUtilization)
  }

  get series(): Iterable<SeriesTotals> {
    return this.#series.values()
  }

  get lag(): Histogram {
    return this.#lag
  }

  get eventLoopDelay(): Histogram {
    return this.#delay
  }

  read(second: number, seconds: number): Window {
    const users = [...this.#users.values()]
    return {
      second,
      seconds,
      series: [...this.#series.values()].map((one) => one.read()),
      generator: {
        activeUsers: Math.max(0, ...users.map(({ active }) => active)),
        requestsInFlight: Math.max(0, ...users.map(({ inFlight }) => inFlight)),
        started: this.#started,
        arrived: this.#arrived,
        dropped: this.#dropped,
        lag: encodeHistogram(this.#lag),
        eventLoopDelay: encodeHistogram(this.#delay),
        eventLoopUtilization: this.#utilization,
        stepErrors: this.#stepErrors.read(),
      },
    }
  }

  #totalsOf(series: Series): SeriesTotals {
    const key = keyOf(series)
    const known = this.#series.get(key)
    if (known !== undefined) return known
    const made = new SeriesTotals(series)
    this.#series.set(key, made)
    return made
  }
}
