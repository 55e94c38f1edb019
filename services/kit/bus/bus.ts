import type { Envelope } from './envelope.ts'

/**
 * Carries envelopes from the outbox of any service to the consumers of any service: at least once, to each group, and
 * those of one subject in their order. The outbox stays the truth; what a bus loses is sent again from there.
 * `testing/bus-contract.ts` is what an implementation has to show.
 */
export type EventBus = {
  readonly kind: 'postgres' | 'redis'
  /**
   * Resolves when all of them are durable in the bus, in this order. Throws BusUnavailable: then some of the first may be
   * there, and the whole batch is to be sent again. Throws EnvelopeRefused for one that no bus takes: then none is there.
   */
  publish(envelopes: readonly Envelope[]): Promise<void>
  /** Joins a group as one more member, from now until the consumption is closed. */
  consume(subscription: Subscription): Promise<Consumption>
  /** Envelopes that the group has not finished; 0 for a group that does not exist. */
  lag(group: string): Promise<number>
  /**
   * Says that the bus may lack what was published into it (emptied, another server, never heard of this source). The
   * listener marks it to be sent again, and is asked again where it rejects. Until one process of the source has had a
   * listener resolve, `publish` throws BusUnavailable, so that nothing newer overtakes it: publish() never waits for the
   * listener, which may need what the publisher holds. Set it before the first `publish` of what has an outbox; who sets
   * none publishes into whatever there is.
   */
  onLoss(listener: LossListener): void
  /** Rejects where the bus does not answer. */
  check(): Promise<void>
  close(): Promise<void>
}

export type LossListener = (loss: Loss) => Promise<void>

/** Everything published before `publishedSince` was finished by every group; null: nobody can say. */
export type Loss = { readonly publishedSince: Date | null }

export type Subscription = {
  /** `^[a-z][a-z-]{0,49}$`; each group gets everything, its members share it. */
  readonly group: string
  /** Where a group that is new begins. */
  readonly from: 'beginning' | 'now'
  /** Envelopes of different subjects that one member handles side by side; 16 where it is left out. */
  readonly atOnce?: number
  /**
   * Resolving acknowledges it: no member of this group gets it again. Rejecting, or the end of the process, hands it
   * back: it is delivered again. Never twice at a time for one subject, and a later envelope of a subject only after the
   * earlier one. `signal` is aborted where the delivery was lost to another member or the consumption must end.
   */
  handle(envelope: Envelope, signal: AbortSignal): Promise<void>
}

export type Consumption = {
  /** Takes nothing new from now on. */
  drain(): void
  /** Lets running handlers end (at most 10 s), acknowledges them and hands the rest back. No handler runs afterwards. */
  close(): Promise<void>
}

/** The bus cannot be reached, or not now. */
export class BusUnavailable extends Error {
  override readonly name = 'BusUnavailable'
}

/** Too large, or not what its type's schema says: it stays in the outbox until somebody looks at it. */
export class EnvelopeRefused extends Error {
  override readonly name = 'EnvelopeRefused'
  readonly envelope: Envelope
  constructor(message: string, options: ErrorOptions & { readonly envelope: Envelope }) {
    super(message, options)
    this.envelope = options.envelope
  }
}
