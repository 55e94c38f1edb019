import { decodeHistogram } from '../histogram/histogram-text.ts'
import type { SeriesSecond } from '../record/snapshot.ts'
import { type Scope, scopesOf, scopeText } from '../result/scope.ts'
import type { SecondsRange } from '../schedule/full-load.ts'
import { SecondsSet } from './seconds-set.ts'

export type SecondsFigures = {
  readonly scope: Scope
  /** Seconds in which a request ended, or waited from the first moment to the last. */
  readonly secondsAsked: number
  /** Of these, with at least one success. */
  readonly secondsWithSuccess: number
  /** Requests that ended ok while the profile had all its users or its whole rate. */
  readonly okAtFullLoad: number
}

class ScopeSeconds {
  readonly scope: Scope
  readonly asked = new SecondsSet()
  readonly successes = new SecondsSet()
  okAtFullLoad = 0

  constructor(scope: Scope) {
    this.scope = scope
  }
}

export type Span = { readonly durationSeconds: number; readonly fullLoad: readonly SecondsRange[] }

/** What is asked of single seconds and must survive their folding. */
export class ScopeFigures {
  readonly #span: Span
  readonly #scopes = new Map<string, ScopeSeconds>()

  constructor(span: Span) {
    this.#span = span
  }

  add(second: number, series: readonly SeriesSecond[]): void {
    // After its time a run only waits for what is in flight.
    if (second >= this.#span.durationSeconds) return
    const isFullLoad = this.#span.fullLoad.some(({ from, to }) => second >= from && second < to)
    for (const one of series) {
      const { ok, failed, timed_out } = one.outcomes
      const isAsked = ok !== undefined || failed !== undefined || timed_out !== undefined || one.waited
      const count = ok === undefined ? 0 : decodeHistogram(ok).count
      for (const scope of scopesOf(one)) {
        const figures = this.#of(scope)
        if (isAsked) figures.asked.add(second)
        if (count > 0) figures.successes.add(second)
        if (isFullLoad) figures.okAtFullLoad += count
      }
    }
  }

  read(): readonly SecondsFigures[] {
    return [...this.#scopes.values()].map(({ scope, asked, successes, okAtFullLoad }) => {
      return { scope, secondsAsked: asked.size, secondsWithSuccess: successes.size, okAtFullLoad }
    })
  }

  #of(scope: Scope): ScopeSeconds {
    const key = scopeText(scope)
    const known = this.#scopes.get(key)
    if (known !== undefined) return known
    const made = new ScopeSeconds(scope)
    this.#scopes.set(key, made)
    return made
  }
}
