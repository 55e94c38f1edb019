import { cacheFaults } from './cache-faults.ts'
import { catalogFaults } from './catalog-faults.ts'
import { eventFaults } from './event-faults.ts'
import type { Fault } from './fault.ts'
import { kitFaults } from './kit-faults.ts'
import { orderFaults } from './order-faults.ts'
import { paymentFaults } from './payment-faults.ts'
import { refundFaults } from './refund-faults.ts'
import { sagaFaults } from './saga-faults.ts'
import { shippingFaults } from './shipping-faults.ts'
import { usersFaults } from './users-faults.ts'

export const faults: readonly Fault[] = [
  ...catalogFaults,
  ...cacheFaults,
  ...usersFaults,
  ...kitFaults,
  ...eventFaults,
  ...orderFaults,
  ...paymentFaults,
  ...sagaFaults,
  ...shippingFaults,
  ...refundFaults,
]
