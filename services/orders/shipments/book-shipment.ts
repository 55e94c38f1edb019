import type { Kysely } from 'kysely'
import { UnknownEffect } from '../../kit/idempotency.ts'
import { Problem, problems } from '../../kit/problems.ts'
import { shipmentProblems } from '../problems.ts'
import type { OrdersTables } from '../schema.ts'
import { judged } from '../status/move-order.ts'
import { type Booking, bookingMilliseconds, type Carrier, type Carriers } from './carriers/carrier.ts'
import { actionOf, planShipment } from './plan-shipment.ts'
import type { NewShipment } from './shipment-contract.ts'
import { readUnits } from './shipment-store.ts'

export type BookingParts = { readonly database: Kysely<OrdersTables>; readonly carriers: Carriers }
export type BookingRequest = { readonly id: string; readonly orderId: string; readonly wish: NewShipment }

/** Of a carrier that the shop is connected to: a tracking number, before our transaction. */
export async function bookShipment(parts: BookingParts, request: BookingRequest): Promise<string> {
  const carrier = parts.carriers.get(request.wish.carrier)
  if (carrier === undefined) throw numberMissing(request.wish.carrier)
  return booked(carrier, await shippable(parts, request))
}

function numberMissing(carrier: string): Problem {
  const message = `is needed: the shop cannot ask ${carrier} for one`
  return new Problem(problems.invalid, { errors: [{ pointer: '/tracking_number', code: 'required', message }] })
}

/** Judged before somebody else is asked for something, and again when it is written. */
async function shippable({ database }: BookingParts, { id, orderId, wish }: BookingRequest): Promise<Booking> {
  const order = await database
    .selectFrom('orders')
    .select(['status', 'on_hold_reason as onHoldReason', 'shipping_address as to'])
    .where('id', '=', orderId)
    .executeTakeFirst()
  if (order === undefined) throw new Problem(problems.notFound)
  judged(order, actionOf(wish))
  planShipment(await readUnits(database, orderId), wish.lines)
  return { id, orderId, to: order.to }
}

/** The repeat with the same key goes on with the same booking. */
async function booked(carrier: Carrier, booking: Booking): Promise<string> {
  return carrier.book(booking, AbortSignal.timeout(bookingMilliseconds)).catch((cause: unknown) => {
    const headers = { 'retry-after': '5' }
    const problem = new Problem(shipmentProblems.carrierUnavailable, {
      detail: `${carrier.name} does not answer now`,
      headers,
      cause,
    })
    throw new UnknownEffect('the carrier may have booked', { cause: problem })
  })
}
