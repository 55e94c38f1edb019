import type { OpenService } from '../../kit/service.ts'
import { findOrder, type Reader } from './find-order.ts'
import { listOrders } from './list-orders.ts'

type Get = Parameters<NonNullable<OpenService['warm']>>[0]

const nobody = '00000000-0000-0000-0000-000000000000'
const page = {
  status: undefined,
  paymentStatus: undefined,
  from: undefined,
  to: undefined,
  order: 'newest-first',
  afterId: undefined,
  limit: 20,
} as const

/** What is asked for most needs a token, and there is none here: the routes by how they refuse, the statements without them. */
export async function warmOrders(database: Reader, get: Get): Promise<void> {
  const [newest] = await listOrders(database, { ...page, userId: undefined, limit: 1 })
  const { id, user_id: userId } = newest ?? { id: nobody, user_id: nobody }
  await Promise.all([
    ...['/api/v1/orders', `/api/v1/orders/${id}`].map(get),
    listOrders(database, { ...page, userId }),
    findOrder(database, id),
  ])
}
