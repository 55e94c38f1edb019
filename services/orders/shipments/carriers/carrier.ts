import type { Address } from '../../order-contract.ts'

export type Booking = {
  /** Of the shipment: the same again is the same booking, with the same number. */
  readonly id: string
  readonly orderId: string
  readonly to: Address | null
}

/** Who carries parcels and is connected to the shop. Any other one takes them too, and an admin types its number in. */
export type Carrier = {
  readonly name: string
  /**
   * The tracking number. Rejects where the carrier does not answer until the signal. What is booked and never handed over
   * costs nothing, so there is no way to take it back.
   */
  book(booking: Booking, signal: AbortSignal): Promise<string>
}

export type Carriers = ReadonlyMap<string, Carrier>

/** Of a booking in all; connecting may take 2 s of it (acceptance: operations.md). */
export const bookingMilliseconds = 10_000
