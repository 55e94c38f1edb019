import { Histogram, mergedHistogram } from '../histogram/histogram.ts'
import { addHistogramText, encodeHistogram } from '../histogram/histogram-text.ts'
import { type Outcome, outcomes } from '../record/outcome.ts'
import type { Series, SeriesSecond } from '../record/snapshot.ts'
import { Tally } from '../record/tally.ts'

/** What was counted of one series, however many workers and seconds it came from. */
export class SeriesTotals {
  readonly series: Series
  readonly #outcomes = new Map<Outcome, Histogram>()
  readonly #reasons = new Tally()
  #waited = false

  constructor({ scenario, endpoint, kind }: Series) {
    this.series = { scenario, endpoint, kind }
  }

  add(part: SeriesSecond): void {
    for (const outcome of outcomes) {
      const text = part.outcomes[outcome]
      if (text !== undefined) addHistogramText(this.#histogramOf(outcome), text)
    }
    this.#reasons.addAll(part.reasons)
    this.#waited ||= part.waited
  }

  countOf(outcome: Outcome): number {
    return this.#outcomes.get(outcome)?.count ?? 0
  }

  reasons(): Record<string, number> {
    return this.#reasons.read()
  }

  merged(wanted: readonly Outcome[]): Histogram {
    return mergedHistogram(wanted.flatMap((outcome) => this.#outcomes.get(outcome) ?? []))
  }

  read(): SeriesSecond {
    const texts: SeriesSecond['outcomes'] = {}
    for (const [outcome, histogram] of this.#outcomes) texts[outcome] = encodeHistogram(histogram)
    return { ...this.series, outcomes: texts, reasons: this.reasons(), waited: this.#waited }
  }

  #histogramOf(outcome: Outcome): Histogram {
    const known = this.#outcomes.get(outcome)
    if (known !== undefined) return known
    const made = new Histogram()
    this.#outcomes.set(outcome, made)
    return made
  }
}
