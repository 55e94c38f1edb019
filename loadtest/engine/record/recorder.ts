import { Histogram } from '../histogram/histogram.ts'
import { encodeHistogram } from '../histogram/histogram-text.ts'
import { type Outcome, outcomes } from './outcome.ts'
import type { Series, SeriesSecond, Snapshot } from './snapshot.ts'
import { Tally } from './tally.ts'

export type RecordedEnd = {
  readonly series: number
  readonly outcome: Outcome
  readonly reason: string | null
  readonly microseconds: number
  /** Milliseconds of the clock: the second in which it ended is the one in which it counts. */
  readonly now: number
}

/** What only the rest of the worker knows, asked at the end of each second. */
export type Gauges = {
  activeUsers(): number
  requestsInFlight(): number
  seriesWaitingSince(moment: number): ReadonlySet<number>
  eventLoopUtilization(): number
}

export type RecorderSetup = {
  readonly worker: string
  readonly series: readonly Series[]
  /** Milliseconds of the clock: the first second of the run. */
  readonly beginsAt: number
  readonly gauges: Gauges
  publish(snapshot: Snapshot): void
}

class SeriesRecord {
  readonly outcomes = new Map<Outcome, Histogram>()
  readonly reasons = new Tally()
}

/** The present second of a worker. What is over was published and is forgotten, so that a soak takes no memory. */
export class Recorder {
  readonly lag = new Histogram()
  readonly eventLoopDelay = new Histogram()
  readonly stepErrors = new Tally()
  readonly #setup: RecorderSetup
  readonly #records: readonly SeriesRecord[]
  #second = 0
  #endsAt: number
  #started = 0
  #arrived = 0
  #dropped = 0

  constructor(setup: RecorderSetup) {
    this.#setup = setup
    this.#records = setup.series.map(() => new SeriesRecord())
    this.#endsAt = setup.beginsAt + 1_000
  }

  started(): void {
    this.#started++
  }

  arrived(): void {
    this.#arrived++
  }

  dropped(): void {
    this.#dropped++
  }

  ended({ series, outcome, reason, microseconds, now }: RecordedEnd): void {
    if (now >= this.#endsAt) this.publishUntil(now)
    const record = this.#records[series]
    if (record === undefined) throw new RangeError(`there is no series ${series}`)
    this.#histogramOf(record, outcome).record(microseconds)
    if (reason !== null) record.reasons.add(reason)
  }

  /** Publishes each second that is over at that moment. */
  publishUntil(now: number): void {
    while (now >= this.#endsAt) this.publish()
  }

  /** The present second as it is, over or not. */
  publish(): void {
    const { worker, publish } = this.#setup
    publish({ version: 1, worker, second: this.#second, series: this.#seriesSeconds(), generator: this.#generator() })
    this.#second++
    this.#endsAt += 1_000
    this.#started = 0
    this.#arrived = 0
    this.#dropped = 0
    this.lag.clear()
    this.eventLoopDelay.clear()
  }

  #seriesSeconds(): SeriesSecond[] {
    const waiting = this.#setup.gauges.seriesWaitingSince(this.#endsAt - 1_000)
    return this.#setup.series.flatMap((series, index) => {
      const record = this.#records[index]
      const texts = record === undefined ? {} : takeOutcomes(record)
      const waited = waiting.has(index)
      if (Object.keys(texts).length === 0 && !waited) return []
      return [{ ...series, outcomes: texts, reasons: record?.reasons.take() ?? {}, waited }]
    })
  }

  #generator(): Snapshot['generator'] {
    const { gauges } = this.#setup
    return {
      activeUsers: gauges.activeUsers(),
      requestsInFlight: gauges.requestsInFlight(),
      started: this.#started,
      arrived: this.#arrived,
      dropped: this.#dropped,
      lag: encodeHistogram(this.lag),
      eventLoopDelay: encodeHistogram(this.eventLoopDelay),
      eventLoopUtilization: gauges.eventLoopUtilization(),
      stepErrors: this.stepErrors.take(),
    }
  }

  #histogramOf(record: SeriesRecord, outcome: Outcome): Histogram {
    const known = record.outcomes.get(outcome)
    if (known !== undefined) return known
    const made = new Histogram()
    record.outcomes.set(outcome, made)
    return made
  }
}

const takeOutcomes = (record: SeriesRecord): SeriesSecond['outcomes'] => {
  const texts: SeriesSecond['outcomes'] = {}
  for (const outcome of outcomes) {
    const histogram = record.outcomes.get(outcome)
    if (histogram === undefined || histogram.count === 0) continue
    texts[outcome] = encodeHistogram(histogram)
    histogram.clear()
  }
  return texts
}
