import type { Transaction } from 'kysely'

/** What happened to one thing, written into the outbox by the transaction in which it happens (acceptance: events.md). */
export type NewEvent = {
  /** `noun.past_tense.vN` */
  readonly type: `${string}.${string}.v${number}`
  /** Id of the aggregate: events of one subject have the versions 1, 2, 3 … without a gap. */
  readonly subject: string
  /** Ids, numbers and states only; no name, address, mail address or token. */
  readonly data: Readonly<Record<string, unknown>>
}

/** Of the request that caused it. */
export type EventCause = { readonly requestId: string; readonly traceparent?: string | undefined }

export type Outbox = {
  /** Appends in the given transaction, so that the events are there exactly when what they tell is. */
  append<Tables>(transaction: Transaction<Tables>, events: readonly NewEvent[], cause: EventCause): Promise<void>
}
