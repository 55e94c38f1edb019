import type { Clock } from '../schedule/clock.ts'

export type Pending = {
  /** When it was sent off, as the clock counts. */
  readonly began: number
  before: Pending | null
  after: Pending | null
  expire(): void
  cancel(): void
}

/** Requests in flight by age. All have the same time, so that the first is due first and one timer does for all. */
export class Deadlines {
  readonly #clock: Clock
  readonly #milliseconds: number
  #first: Pending | null = null
  #last: Pending | null = null
  #disarm: (() => void) | null = null

  constructor(clock: Clock, seconds: number) {
    this.#clock = clock
    this.#milliseconds = seconds * 1_000
  }

  add(pending: Pending): void {
    pending.before = this.#last
    if (this.#last === null) this.#first = pending
    else this.#last.after = pending
    this.#last = pending
    if (this.#disarm === null) this.#arm(pending)
  }

  remove(pending: Pending): void {
    if (pending.before === null) this.#first = pending.after
    else pending.before.after = pending.after
    if (pending.after === null) this.#last = pending.before
    else pending.after.before = pending.before
    pending.before = null
    pending.after = null
  }

  /** Oldest first, until one is younger. */
  *olderThan(moment: number): Generator<Pending> {
    for (let one = this.#first; one !== null && one.began <= moment; one = one.after) yield one
  }

  cancelAll(): void {
    for (let one = this.#first; one !== null; one = this.#first) one.cancel()
    this.#disarm?.()
    this.#disarm = null
  }

  #arm(first: Pending): void {
    const wait = first.began + this.#milliseconds - this.#clock.now()
    this.#disarm = this.#clock.after(Math.max(1, wait), this.#expire)
  }

  readonly #expire = (): void => {
    this.#disarm = null
    const oldest = this.#clock.now() - this.#milliseconds
    for (let one = this.#first; one !== null && one.began <= oldest; one = this.#first) one.expire()
    if (this.#first !== null) this.#arm(this.#first)
  }
}
