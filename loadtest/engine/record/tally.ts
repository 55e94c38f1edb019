/** Reasons are written by scenarios: a text that is different each time must not fill the memory. */
const mostReasons = 30

export const otherReasons = 'other reasons'

/** How often each was counted. */
export class Tally {
  readonly #counts = new Map<string, number>()

  add(reason: string, times = 1): void {
    const isRoom = this.#counts.has(reason) || this.#counts.size < mostReasons
    const counted = isRoom ? reason : otherReasons
    this.#counts.set(counted, (this.#counts.get(counted) ?? 0) + times)
  }

  addAll(counts: Readonly<Record<string, number>>): void {
    for (const [reason, times] of Object.entries(counts)) this.add(reason, times)
  }

  read(): Record<string, number> {
    return Object.fromEntries(this.#counts)
  }

  /** Reads it and begins again. */
  take(): Record<string, number> {
    const counts = this.read()
    this.#counts.clear()
    return counts
  }
}
