import type { Clock } from './clock.ts'

type Entry = { readonly due: number; readonly act: () => void }

/**
 * All that waits in a worker behind one timer: a binary heap by due time, so that tens of thousands of thinking users
 * cost a comparison or two each and do not drift. An action may start a grain of the clock early, never later by one:
 * lateness that is left is the machine's, and reported.
 */
export class TimerQueue {
  readonly #clock: Clock
  readonly #heap: Entry[] = []
  #armedFor = Number.POSITIVE_INFINITY
  #disarm: () => void = () => undefined
  #isClosed = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** `due` as the clock counts. After close() at once. */
  at(due: number, act: () => void): void {
    if (this.#isClosed) {
      act()
      return
    }
    this.#push({ due, act })
    this.#arm()
  }

  /** Resolves when it is due, or when the queue is closed. */
  until(due: number): Promise<void> {
    return new Promise((resolve) => this.at(due, resolve))
  }

  get size(): number {
    return this.#heap.length
  }

  /** Starts all that waits, in order, and from now on what comes. */
  close(): void {
    this.#isClosed = true
    this.#disarm()
    for (let entry = this.#pop(); entry !== undefined; entry = this.#pop()) entry.act()
  }

  readonly #wake = (): void => {
    this.#armedFor = Number.POSITIVE_INFINITY
    const ready = this.#clock.now() + this.#clock.grainMilliseconds
    for (let first = this.#heap[0]; first !== undefined && first.due <= ready; first = this.#heap[0]) {
      this.#pop()
      first.act()
    }
    this.#arm()
  }

  #arm(): void {
    const first = this.#heap[0]
    if (first === undefined || first.due >= this.#armedFor || this.#isClosed) return
    this.#disarm()
    this.#armedFor = first.due
    const wait = first.due - this.#clock.now() - this.#clock.grainMilliseconds * (2 / 3)
    this.#disarm = this.#clock.after(Math.max(0, wait), this.#wake)
  }

  #push(entry: Entry): void {
    const heap = this.#heap
    let at = heap.length
    heap.push(entry)
    while (at > 0) {
      const parentAt = (at - 1) >> 1
      const parent = heap[parentAt]
      if (parent === undefined || parent.due <= entry.due) break
      heap[at] = parent
      at = parentAt
    }
    heap[at] = entry
  }

  #pop(): Entry | undefined {
    const first = this.#heap[0]
    const last = this.#heap.pop()
    if (last !== undefined && this.#heap.length > 0) this.#sink(last)
    return first
  }

  /** Puts an entry in the place of the first. */
  #sink(entry: Entry): void {
    const heap = this.#heap
    let at = 0
    for (;;) {
      const leftAt = 2 * at + 1
      const left = heap[leftAt]
      const right = heap[leftAt + 1]
      const isRight = left !== undefined && right !== undefined && right.due < left.due
      const child = isRight ? right : left
      if (child === undefined || child.due >= entry.due) break
      heap[at] = child
      at = isRight ? leftAt + 1 : leftAt
    }
    heap[at] = entry
  }
}
