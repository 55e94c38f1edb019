import type { Snapshot } from '../record/snapshot.ts'
import type { Window } from '../result/window.ts'
import type { LatestQueue } from './latest-queue.ts'
import type { Ledger } from './ledger.ts'

/** A worker that is further behind is not waited for: its part is added when it comes. */
const mostSecondsBehind = 3

export type Step = {
  readonly workers: readonly string[]
  readonly ledger: Ledger
  readonly seconds: LatestQueue<Window>
}

/** Shows each second when all who are still there have sent it. */
export class SecondsInStep {
  readonly #step: Step
  /** The first second that each still owes. */
  readonly #owed = new Map<string, number>()
  #toClose = 0
  #latest = -1

  constructor(step: Step) {
    this.#step = step
    for (const worker of step.workers) this.#owed.set(worker, 0)
  }

  add(snapshot: Snapshot): void {
    this.#step.ledger.add(snapshot)
    this.#latest = Math.max(this.#latest, snapshot.second)
    this.#owed.set(snapshot.worker, Math.max(this.#owed.get(snapshot.worker) ?? 0, snapshot.second + 1))
    this.#close()
  }

  leave(worker: string): void {
    this.#owed.delete(worker)
    this.#close()
  }

  #close(): void {
    const sentByAll = Math.min(this.#latest + 1, ...this.#owed.values())
    const until = Math.max(sentByAll, this.#latest - mostSecondsBehind)
    for (; this.#toClose < until; this.#toClose++) this.#step.seconds.push(this.#step.ledger.close())
  }
}
