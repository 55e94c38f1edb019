import type { ShipmentStatus } from '../schema.ts'

/** In the order of a parcel's way; what comes late never leads back. */
const shipmentStatuses = [
  'created',
  'in_transit',
  'out_for_delivery',
  'delivered',
] as const satisfies readonly ShipmentStatus[]

/** What a carrier can tell of a parcel. */
export const toldStatuses = ['in_transit', 'out_for_delivery', 'delivered'] as const
export type ToldStatus = (typeof toldStatuses)[number]

/** From where it goes on: for `WHERE status = ANY(…)`. */
export const statusesBefore = (status: ToldStatus): readonly ShipmentStatus[] =>
  shipmentStatuses.slice(0, shipmentStatuses.indexOf(status))
