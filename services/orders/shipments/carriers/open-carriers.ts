import type { Carriers } from './carrier.ts'
import { simulatedCarrier } from './simulated-carrier.ts'

export const carrierNames = ['simulated'] as const
export type CarrierName = (typeof carrierNames)[number]

const connected = { simulated: simulatedCarrier } as const

/** Those that give tracking numbers by themselves, by name. */
export const openCarriers = (names: readonly CarrierName[]): Carriers =>
  new Map(names.map((name) => [name, connected[name]]))
