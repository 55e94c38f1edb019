import { type RawBuilder, sql } from 'kysely'
import { orderReferencePattern } from '../../kit/event-schemas/product-events.ts'
import type { EventCause } from '../../kit/events.ts'
import { appendedEvent } from '../../kit/outbox/outbox.ts'
import { services } from '../../registry.ts'

/** Expressions: PostgreSQL runs them for each row of the statement that reads them, in its transaction. */

const source = services.catalog.longName

type LowStock = { readonly productId: RawBuilder<unknown>; readonly available: RawBuilder<unknown> }

/** `inventory.low.v1`: fewer than ten are available, and before there were more. */
export function lowEvent({ productId, available }: LowStock, cause: EventCause): RawBuilder<string> {
  const data = sql`jsonb_build_object('product_id', ${productId}, 'available', ${available})`
  return appendedEvent(source, { type: 'inventory.low.v1', subject: productId, data }, cause)
}

type Expired = { readonly id: RawBuilder<unknown>; readonly reference: RawBuilder<unknown> }

/** `inventory.reservation_expired.v1`: nothing is held under the reference any more. */
export function expiredEvent({ id, reference }: Expired, cause: EventCause): RawBuilder<string> {
  // What customers chose stays here: they may have written an address.
  const told = sql`case when ${reference} ~ ${orderReferencePattern}::text then ${reference} end`
  const data = sql`jsonb_build_object('reservation_id', ${id}, 'reference', ${told})`
  return appendedEvent(source, { type: 'inventory.reservation_expired.v1', subject: id, data }, cause)
}
