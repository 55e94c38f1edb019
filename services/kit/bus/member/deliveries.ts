import { partitionOf } from '../partitions.ts'
import type { Entry } from './group-store.ts'

export type Delivery = {
  readonly entry: Entry
  /** How often it has failed here before. */
  readonly failures: number
  readonly lost: AbortController
}

/** What a member has read and not yet acknowledged: by subject in order, of each subject one at a time. */
export type Deliveries = {
  /** Those that are known already are passed over. */
  add(entries: readonly Entry[]): void
  /** The next whose subject is free; it counts as running until it has ended. */
  take(): Delivery | undefined
  /** The next of its subject may run; `Again` puts it back before that, to be taken after a while. */
  end(delivery: Delivery, outcome: 'finished' | Again): void
  /** Whether it is still this member's to acknowledge. */
  knows(entry: Entry): boolean
  /** It need not be known any more. */
  acknowledged(entries: readonly Entry[]): void
  /** Nothing more is taken from it. */
  block(partition: number): void
  /** Drops what waits of it and aborts what runs of it: somebody else has it now. */
  forget(partition: number): void
  /** Read and not acknowledged. */
  count(partition: number): number
  running(): readonly Delivery[]
  /** Ends the waits of what has failed. */
  close(): void
}

export type Again = { readonly afterMilliseconds: number }

type Waiting = { readonly entry: Entry; readonly failures: number }

/** `onReady`: one that had failed may be taken again. */
export function createDeliveries(onReady: () => void): Deliveries {
  const queues = new Map<string, Waiting[]>()
  const ready = new Set<string>()
  const running = new Map<string, Delivery>()
  const pauses = new Map<string, NodeJS.Timeout>()
  const known = new Map<number, Set<string>>()
  const blocked = new Set<number>()

  function free(subject: string): void {
    const queued = (queues.get(subject)?.length ?? 0) > 0
    if (!queued) queues.delete(subject)
    if (queued && !running.has(subject) && !pauses.has(subject)) ready.add(subject)
    else ready.delete(subject)
  }

  function add(entry: Entry): void {
    const { partition, id, envelope } = entry
    const ids = known.get(partition) ?? new Set()
    known.set(partition, ids)
    if (ids.has(id)) return
    ids.add(id)
    const queue = queues.get(envelope.subject) ?? []
    queues.set(envelope.subject, queue)
    queue.push({ entry, failures: 0 })
    free(envelope.subject)
  }

  function endPause(subject: string): void {
    clearTimeout(pauses.get(subject))
    pauses.delete(subject)
    free(subject)
  }

  function repeat({ entry, failures }: Delivery, { afterMilliseconds }: Again): void {
    const { subject } = entry.envelope
    queues.set(subject, [{ entry, failures: failures + 1 }, ...(queues.get(subject) ?? [])])
    const goOn = () => {
      endPause(subject)
      onReady()
    }
    pauses.set(subject, setTimeout(goOn, afterMilliseconds))
  }

  return {
    add: (entries) => entries.forEach(add),
    take() {
      for (const subject of ready) {
        if (blocked.has(partitionOf(subject))) continue
        const next = queues.get(subject)?.shift()
        if (next === undefined) continue
        const delivery = { ...next, lost: new AbortController() }
        running.set(subject, delivery)
        free(subject)
        return delivery
      }
      return undefined
    },
    end(delivery, outcome) {
      const { subject } = delivery.entry.envelope
      running.delete(subject)
      if (outcome !== 'finished' && !delivery.lost.signal.aborted) repeat(delivery, outcome)
      free(subject)
    },
    knows: ({ partition, id }) => known.get(partition)?.has(id) === true,
    acknowledged(entries) {
      for (const { partition, id } of entries) known.get(partition)?.delete(id)
    },
    block: (partition) => void blocked.add(partition),
    forget(partition) {
      blocked.delete(partition)
      known.delete(partition)
      for (const subject of [...queues.keys()].filter((queued) => partitionOf(queued) === partition)) {
        queues.delete(subject)
        endPause(subject)
      }
      for (const delivery of running.values()) if (delivery.entry.partition === partition) delivery.lost.abort()
    },
    count: (partition) => known.get(partition)?.size ?? 0,
    running: () => [...running.values()],
    close() {
      for (const pause of pauses.values()) clearTimeout(pause)
      pauses.clear()
    },
  }
}
