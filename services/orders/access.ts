import { type AccessRule, type AccessTable, admins, users } from '../kit/access.ts'

/** Customers with what is theirs: nobody fills or pays another one's order. */
const customers = { roles: ['user'], scope: null } as const satisfies AccessRule

/** Who may call what. `../testing/role-matrix.integration.test.ts` calls each as every role. */
export const ordersAccess = {
  createOrder: users,
  listOrders: users,
  getOrder: users,
  listOrderHistory: users,
  listOrderRefunds: users,
  addOrderItem: customers,
  removeOrderItem: customers,
  setOrderAddresses: customers,
  payOrder: customers,
  cancelOrder: users,
  setOrderStatus: admins,
  createShipment: admins,
  createRefund: admins,
  getInvoice: users,
  reconcileOrders: admins,
  // By a signature over the body, which the operation checks itself.
  receiveStripeWebhook: 'anyone',
  receivePaypalWebhook: 'anyone',
  receiveShippingWebhook: 'anyone',
  receiveSimulatedWebhook: 'anyone',
  // By knowing the payment's reference, as at a bank's page; it is never there in production.
  confirmSimulatedPayment: 'anyone',
} as const satisfies AccessTable

export type OrdersAccess = typeof ordersAccess
