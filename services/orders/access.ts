import { type AccessTable, users } from '../kit/access.ts'

/** Who may call what. `../testing/role-matrix.integration.test.ts` calls each as every role. */
export const ordersAccess = {
  createOrder: users,
  listOrders: users,
  getOrder: users,
} as const satisfies AccessTable

export type OrdersAccess = typeof ordersAccess
