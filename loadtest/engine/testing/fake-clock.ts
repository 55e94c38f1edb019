import type { Clock } from '../schedule/clock.ts'

type Alarm = { readonly at: number; readonly act: () => void }

/** Time that passes when a test says so. */
export class FakeClock implements Clock {
  readonly grainMilliseconds = 0
  #now = 0
  #alarms: Alarm[] = []

  now(): number {
    return this.#now
  }

  after(milliseconds: number, act: () => void): () => void {
    const alarm = { at: this.#now + milliseconds, act }
    this.#alarms.push(alarm)
    return () => {
      this.#alarms = this.#alarms.filter((one) => one !== alarm)
    }
  }

  get alarms(): number {
    return this.#alarms.length
  }

  /** Each alarm at its time; what it lets others do is done before the next. */
  async pass(milliseconds: number): Promise<void> {
    const until = this.#now + milliseconds
    for (let next = this.#nextBy(until); next !== undefined; next = this.#nextBy(until)) {
      this.#alarms = this.#alarms.filter((one) => one !== next)
      this.#now = Math.max(this.#now, next.at)
      next.act()
      await new Promise((resolve) => setImmediate(resolve))
    }
    this.#now = until
  }

  /** The thread is held up: alarms that were due come all at the end. */
  async stall(milliseconds: number): Promise<void> {
    this.#now += milliseconds
    await this.pass(0)
  }

  #nextBy(until: number): Alarm | undefined {
    return this.#alarms.filter(({ at }) => at <= until).toSorted((a, b) => a.at - b.at)[0]
  }
}
