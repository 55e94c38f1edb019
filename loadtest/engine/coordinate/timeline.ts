import type { Window } from '../result/window.ts'
import { OpenWindow } from './open-window.ts'

/** An hour of single seconds; of a longer run windows grow to two seconds, to four and so on. */
const mostWindows = 3_600

/** The past of a run as compact text, in a memory that a soak does not fill. */
export class Timeline {
  readonly #mostWindows: number
  #windowSeconds = 1
  #windows = new Map<number, Window>()

  constructor(most = mostWindows) {
    this.#mostWindows = most
  }

  /** A second, or a part of one that came late. */
  add(part: Window): void {
    this.#merge(part)
    while (this.#windows.size > this.#mostWindows) this.#lengthenWindows()
  }

  /** In order. */
  windows(): Window[] {
    return [...this.#windows.values()].toSorted((a, b) => a.second - b.second)
  }

  #merge(part: Window): void {
    const index = Math.floor(part.second / this.#windowSeconds)
    const known = this.#windows.get(index)
    const first = index * this.#windowSeconds
    if (known === undefined) {
      this.#windows.set(index, { ...part, second: first, seconds: this.#windowSeconds })
      return
    }
    const open = new OpenWindow()
    open.add(known.second, known)
    open.add(part.second, part)
    this.#windows.set(index, open.read(first, this.#windowSeconds))
  }

  #lengthenWindows(): void {
    const windows = this.windows()
    this.#windowSeconds *= 2
    this.#windows = new Map()
    for (const window of windows) this.#merge(window)
  }
}
