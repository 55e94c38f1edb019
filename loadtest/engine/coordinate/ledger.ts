import type { Profile } from '../profile/profile.ts'
import type { Snapshot } from '../record/snapshot.ts'
import type { Window } from '../result/window.ts'
import { fullLoadSeconds, type SecondsRange } from '../schedule/full-load.ts'
import { OpenWindow } from './open-window.ts'
import { ScopeFigures, type SecondsFigures } from './scope-figures.ts'
import { SecondsSet } from './seconds-set.ts'
import { Timeline } from './timeline.ts'

export type Books = {
  /** Everything of the run in one. */
  readonly whole: OpenWindow
  readonly seconds: readonly SecondsFigures[]
  readonly fullLoad: readonly SecondsRange[]
  readonly lateSeconds: number
  readonly windows: readonly Window[]
}

/** Adds up what workers send. Order does not matter, and what comes twice counts once. */
export class Ledger {
  readonly #profile: Profile
  readonly #fullLoad: readonly SecondsRange[]
  readonly #timeline = new Timeline()
  readonly #whole = new OpenWindow()
  readonly #scopes: ScopeFigures
  readonly #received = new Map<string, SecondsSet>()
  readonly #open = new Map<number, OpenWindow>()
  #lateSeconds = 0
  #firstOpen = 0

  constructor(profile: Profile) {
    this.#profile = profile
    this.#fullLoad = fullLoadSeconds(profile)
    this.#scopes = new ScopeFigures({ durationSeconds: profile.durationSeconds, fullLoad: this.#fullLoad })
  }

  add(snapshot: Snapshot): void {
    const { worker, second, series, generator } = snapshot
    const received = this.#received.get(worker) ?? new SecondsSet()
    this.#received.set(worker, received)
    if (received.has(second)) return
    received.add(second)
    this.#whole.add(0, snapshot)
    this.#scopes.add(second, series)
    if (second < this.#firstOpen) this.#timeline.add({ second, seconds: 1, series, generator })
    else this.#openAt(second).add(second, snapshot)
  }

  snapshotsOf(worker: string): number {
    return this.#received.get(worker)?.size ?? 0
  }

  /** The next second as it is known now; parts of it that come later are still added, but not shown again. */
  close(): Window {
    const second = this.#firstOpen++
    const open = this.#openAt(second)
    this.#open.delete(second)
    const lagMilliseconds = (open.lag.quantile(0.99) ?? 0) / 1_000
    if (lagMilliseconds > this.#profile.limits.schedulerLagP99Milliseconds) this.#lateSeconds++
    const window = open.read(second, 1)
    this.#timeline.add(window)
    return window
  }

  read(): Books {
    return {
      whole: this.#whole,
      seconds: this.#scopes.read(),
      fullLoad: this.#fullLoad,
      lateSeconds: this.#lateSeconds,
      windows: this.#timeline.windows(),
    }
  }

  #openAt(second: number): OpenWindow {
    const known = this.#open.get(second)
    if (known !== undefined) return known
    const made = new OpenWindow()
    this.#open.set(second, made)
    return made
  }
}
