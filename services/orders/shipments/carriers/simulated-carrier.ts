import type { Carrier } from './carrier.ts'

/** Takes everything at once and carries nothing; for trying the shop out. */
export const simulatedCarrier: Carrier = {
  name: 'simulated',
  book: async ({ id }) => `SIM-${id.replaceAll('-', '').toUpperCase()}`,
}
