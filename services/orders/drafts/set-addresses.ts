import type { z } from '@hono/zod-openapi'
import { sql } from 'kysely'
import { repeatOnConflict } from '../../kit/database-faults.ts'
import type { Call } from '../keyed-call.ts'
import { type addressesSchema, type Order, orderSchema } from '../order-contract.ts'
import { findOrder } from '../reads/find-order.ts'
import { lockOwnOrder } from '../status/move-order.ts'
import { addressText } from './address-text.ts'
import type { DraftParts } from './create-order.ts'
import { judgeEditable } from './edit-items.ts'

export type AddressRequest = Call & { readonly orderId: string; readonly addresses: z.output<typeof addressesSchema> }

/** Where a draft goes, and who is billed: both anew, whatever was there. */
export async function setAddresses(parts: DraftParts, request: AddressRequest): Promise<Order> {
  const { orderId, principal, addresses } = request
  return repeatOnConflict(() =>
    parts.database.transaction().execute(async (transaction) => {
      judgeEditable(await lockOwnOrder(transaction, { id: orderId, ownerId: principal.userId }))
      await sql`
        update orders set shipping_address = ${addressText(addresses.shipping_address)},
          billing_address = ${addressText(addresses.billing_address)}, version = version + 1, updated_at = now()
        where id = ${orderId}`.execute(transaction)
      return orderSchema.parse(await findOrder(transaction, orderId))
    }),
  )
}
