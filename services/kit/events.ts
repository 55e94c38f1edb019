import type { Transaction } from 'kysely'
import type { ShopEvent } from './event-schemas/event-catalogue.ts'

/**
 * What happened to one thing, written into the outbox by the transaction in which it happens (acceptance: events.md).
 * The form of it; what there is to tell is `ShopEvent` of event-schemas/event-catalogue.ts.
 */
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

export type Outbox<Event extends NewEvent = ShopEvent> = {
  /** Appends in the given transaction, so that the events are there exactly when what they tell is. */
  append<Tables>(transaction: Transaction<Tables>, events: readonly Event[], cause: EventCause): Promise<void>
}
