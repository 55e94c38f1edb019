import type { ColumnType, Generated, GeneratedAlways } from 'kysely'
import type { Address, OrderStatus } from './order-contract.ts'

type Json<Value> = ColumnType<Value | null, string | null, string | null>

type OrdersTable = {
  id: string
  user_id: string
  status: OrderStatus
  currency: string
  subtotal_cents: number
  tax_cents: Generated<number>
  shipping_cents: Generated<number>
  total_cents: number
  shipping_address: Json<Address>
  reservation_id: string | null
  reservation_reference: string | null
  version: Generated<number>
  created_at: Generated<Date>
  updated_at: Generated<Date>
}

type OrderItemsTable = {
  id: string
  order_id: string
  position: number
  product_id: string
  sku: string
  name: string
  unit_price_cents: number
  quantity: number
  total_cents: number
}

type OrderStatusHistoryTable = {
  id: GeneratedAlways<number>
  order_id: string
  from_status: OrderStatus | null
  to_status: OrderStatus
  actor_id: string | null
  actor_role: 'user' | 'admin' | 'system'
  reason: string
  request_id: string
  created_at: Generated<Date>
}

/** The table idempotency_keys belongs to the kit. */
export type OrdersTables = {
  orders: OrdersTable
  order_items: OrderItemsTable
  order_status_history: OrderStatusHistoryTable
}
