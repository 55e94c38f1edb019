import type { ColumnType, Generated, GeneratedAlways } from 'kysely'
import type { EventTables } from '../kit/outbox/event-schema.ts'
import type { Address } from './order-contract.ts'
import type { OrderStatus, PaymentStatus } from './status/transitions.ts'

/** Parsed on reading, text on writing. */
type Json<Value> = ColumnType<Value, string, string>
type OptionalJson<Value> = ColumnType<Value | null, string | null | undefined, string | null>
/** Set by the database at insert. */
type Timestamp = ColumnType<Date, Date | undefined, Date>
type OptionalTimestamp = ColumnType<Date | null, Date | null | undefined, Date | null>

type OrdersTable = {
  id: string
  user_id: string
  status: OrderStatus
  currency: string
  subtotal_cents: number
  tax_cents: Generated<number>
  shipping_cents: Generated<number>
  total_cents: number
  shipping_address: OptionalJson<Address>
  billing_address: OptionalJson<Address>
  /** Of the release before; the reference is what counts. */
  reservation_id: string | null
  /** Under which the catalog holds the stock. */
  reservation_reference: string | null
  hold_number: Generated<number>
  payment_status: GeneratedAlways<PaymentStatus>
  on_hold_reason: string | null
  version: Generated<number>
  pending_at: OptionalTimestamp
  paid_at: OptionalTimestamp
  shipped_at: OptionalTimestamp
  delivered_at: OptionalTimestamp
  created_at: Timestamp
  updated_at: Timestamp
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
  tax_basis_points: Generated<number>
  tax_cents: Generated<number>
  shipped_quantity: Generated<number>
  refunded_quantity: Generated<number>
  returned_quantity: Generated<number>
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
  created_at: Timestamp
}

export type PaymentState =
  | 'created'
  | 'requires_action'
  | 'captured'
  | 'declined'
  | 'failed'
  | 'cancelled'
  | 'mismatched'
  | 'surplus'

export type PaymentsTable = {
  id: string
  order_id: string
  attempt: number
  provider: 'none' | 'simulated' | 'stripe' | 'paypal'
  provider_key: string
  provider_ref: string | null
  amount_cents: number
  currency: string
  captured_cents: Generated<number>
  refunded_cents: Generated<number>
  status: PaymentState
  reason: string | null
  action: OptionalJson<{ type: string; url: string }>
  created_at: Timestamp
  updated_at: Timestamp
}

export type RefundsTable = {
  id: string
  order_id: string
  payment_id: string
  provider: string
  key: string
  provider_key: string
  provider_refund_ref: string | null
  amount_cents: number
  shipping_cents: Generated<number>
  currency: string
  status: Generated<'pending' | 'succeeded' | 'failed'>
  reason: string
  failure: string | null
  actor_id: string | null
  request_id: string
  created_at: Timestamp
  ended_at: OptionalTimestamp
}

type RefundItemsTable = {
  refund_id: string
  order_item_id: string
  unshipped_quantity: number
  shipped_quantity: number
  amount_cents: number
  restock: boolean
}

export type ShipmentStatus = 'created' | 'in_transit' | 'out_for_delivery' | 'delivered'

type ShipmentsTable = {
  id: string
  order_id: string
  carrier: string
  tracking_number: string
  status: Generated<ShipmentStatus>
  shipped_at: Timestamp
  delivered_at: OptionalTimestamp
  created_at: Timestamp
  updated_at: Timestamp
}

type ShipmentItemsTable = { shipment_id: string; order_item_id: string; quantity: number }

type InvoiceCountersTable = { series: string; last: number }

type InvoicesTable = {
  id: string
  order_id: string
  refund_id: string | null
  series: string
  number: number
  snapshot: Json<unknown>
  issued_at: Date
}

type InvoiceDocumentsTable = { invoice_id: string; key: string; sha256: string; stored_at: Timestamp }

export type SagaStep = 'reserve' | 'charge' | 'await' | 'commit' | 'confirm' | 'done'

export type OrderSagasTable = {
  order_id: string
  payment_id: string
  step: SagaStep
  attempt: Generated<number>
  next_run_at: Timestamp
  turns: Generated<number>
  locked_until: OptionalTimestamp
  lease: string | null
  last_error: string | null
  charged_at: OptionalTimestamp
  actor_id: string | null
  request_id: string
  traceparent: string | null
  updated_at: Timestamp
}

type OrderTasksTable = {
  id: GeneratedAlways<number>
  kind: string
  key: string
  order_id: string
  data: Json<unknown>
  attempts: Generated<number>
  next_run_at: Timestamp
  locked_until: OptionalTimestamp
  last_error: string | null
  state: Generated<'due' | 'done' | 'parked'>
  request_id: string
  traceparent: string | null
  created_at: Timestamp
  ended_at: OptionalTimestamp
}

type WebhookEventsTable = {
  provider: string
  event_id: string
  facts: Json<unknown>
  state: Generated<'received' | 'applied' | 'ignored' | 'parked'>
  attempts: Generated<number>
  next_run_at: Timestamp
  last_error: string | null
  request_id: string
  traceparent: string | null
  received_at: Timestamp
  ended_at: OptionalTimestamp
}

type AuditLogsTable = {
  id: GeneratedAlways<number>
  at: Timestamp
  actor: string
  action: string
  order_id: string
  before: OptionalJson<unknown>
  after: OptionalJson<unknown>
  request_id: string
}

/** The table idempotency_keys belongs to the kit. */
export type OrdersTables = EventTables & {
  orders: OrdersTable
  order_items: OrderItemsTable
  order_status_history: OrderStatusHistoryTable
  payments: PaymentsTable
  refunds: RefundsTable
  refund_items: RefundItemsTable
  shipments: ShipmentsTable
  shipment_items: ShipmentItemsTable
  invoice_counters: InvoiceCountersTable
  invoices: InvoicesTable
  invoice_documents: InvoiceDocumentsTable
  order_sagas: OrderSagasTable
  order_tasks: OrderTasksTable
  webhook_events: WebhookEventsTable
  audit_logs: AuditLogsTable
}
