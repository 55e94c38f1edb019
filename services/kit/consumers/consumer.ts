import type { Transaction } from 'kysely'
import type { z } from 'zod'
import type { Envelope } from '../bus/envelope.ts'
import type { EventCause } from '../events.ts'
import { requestScope } from '../request-scope.ts'

/** Who handles which events, as data; OpenService.consumers names those of a service. */
export type Consumer<Tables> = {
  /** `^[a-z][a-z-]{0,49}$`, for good: by it the bus and `processed_events` know what it has had. */
  readonly name: string
  /** Where it begins when it is new; the beginning of what the bus still has where it is left out. */
  readonly from?: 'beginning' | 'now'
  /** By type with version. What is not named is none of its business. Made with onEvent. */
  readonly events: Readonly<Record<string, EventHandler<Tables>>>
}

/** An envelope whose data is what its type's schema says. */
export type ConsumedEvent<Data> = Omit<Envelope, 'data'> & { readonly data: Data }

export type EventHandler<Tables> = {
  prepare(envelope: Envelope): PreparedEvent<Tables>
}

export type PreparedEvent<Tables> =
  | { readonly kind: 'good'; apply(transaction: Transaction<Tables>): Promise<void> }
  /** Where and how its data differs, without a word of it. */
  | { readonly kind: 'malformed'; readonly fault: string }

/**
 * The effect of an event of one type, in the transaction that notes it as handled: all of it or nothing, and once. It
 * writes to the database only; what goes elsewhere (a mail) is a row that somebody sends afterwards. Events of a subject
 * come in order, except that one which failed comes again after later ones: see applyIfNewer. The schema must let
 * members through that it does not know: releases add some.
 */
export function onEvent<Tables, Data>(
  schema: z.ZodType<Data>,
  handle: (transaction: Transaction<Tables>, event: ConsumedEvent<Data>) => Promise<void>,
): EventHandler<Tables> {
  return {
    prepare(envelope) {
      const read = schema.safeParse(envelope.data)
      if (!read.success) return { kind: 'malformed', fault: faultOf(read.error) }
      return { kind: 'good', apply: (transaction) => handle(transaction, { ...envelope, data: read.data }) }
    },
  }
}

/** What a handler's own events are caused by: the same request as the one it handles. */
export function causeOfEvent(event: Pick<Envelope, 'request_id' | 'traceparent'>): EventCause {
  return { requestId: event.request_id, traceparent: requestScope()?.span?.traceparent ?? event.traceparent }
}

function faultOf({ issues: [issue] }: z.ZodError): string {
  if (issue === undefined) return '/data'
  const path = issue.path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`)
  return `/data${path.join('')}: ${issue.message}`
}
