import { setTimeout as delay } from 'node:timers/promises'
import { BusUnavailable, type EventBus, type Loss } from '../bus.ts'
import type { Envelope } from '../envelope.ts'

type Row = { readonly envelope: Envelope; publishedAt: Date | null }

/** As much of an outbox and its relay as a bus has to do with: sends in order, marks, and again what may be lost. */
export type ReplayedOutbox = {
  append(envelopes: readonly Envelope[]): void
  readonly losses: readonly Loss[]
  /** Resolves when all is marked as sent. */
  sent(): Promise<void>
  stop(): Promise<void>
}

export function startReplayedOutbox(bus: EventBus): ReplayedOutbox {
  const rows: Row[] = []
  const losses: Loss[] = []
  const stopping = new AbortController()
  const unsent = () => rows.filter(({ publishedAt }) => publishedAt === null)

  bus.onLoss(async (loss) => {
    losses.push(loss)
    for (const row of rows) {
      const { publishedAt } = row
      const since = loss.publishedSince
      if (publishedAt !== null && (since === null || publishedAt >= since)) row.publishedAt = null
    }
  })

  async function relay(): Promise<void> {
    while (!stopping.signal.aborted) {
      const batch = unsent().slice(0, 20)
      const taken = await bus.publish(batch.map(({ envelope }) => envelope)).then(() => true, isAway)
      if (taken) for (const row of batch) row.publishedAt = new Date()
      await delay(taken && batch.length > 0 ? 1 : 50)
    }
  }

  const ended = relay()
  return {
    append: (envelopes) => rows.push(...envelopes.map((envelope) => ({ envelope, publishedAt: null }))),
    losses,
    async sent() {
      while (unsent().length > 0) await delay(20, undefined, { signal: AbortSignal.timeout(15_000) })
    },
    async stop() {
      stopping.abort()
      await ended
    },
  }
}

function isAway(error: unknown): false {
  if (error instanceof BusUnavailable) return false
  throw error
}
