import { sql } from 'kysely'
import type { ServiceMigration } from '../../kit/migrations.ts'
import { createEventTables, eventIndexes } from '../../kit/outbox/event-tables.ts'
import { createNotifications, createOutboxTables, createProcessedEvents } from '../../kit/outbox/outbox-tables.ts'
import { createToldOnce } from '../notifications/told-once.ts'
import { createSimulatedLedger } from '../payments/simulated/simulated-ledger.ts'
import { tableDerivations } from './derivations.ts'
import { paymentTables } from './payment-tables.ts'
import { workTables } from './work-tables.ts'

/** Orders begin as drafts, are paid by a saga, and what was paid can be given back. */
export const moneyMigration: ServiceMigration = {
  name: '0002_money',
  // The release before cannot read a draft without an address of its own making, nor give money back.
  reversible: true,
  async up(database) {
    await sql`
      alter table orders
        add column billing_address jsonb,
        -- Of the reference that stock is held under; grows after a return to draft only.
        add column hold_number integer not null default 0 check (hold_number >= 0),
        -- The clock of expiry; orders of the release before begin at created_at.
        add column pending_at timestamptz,
        add column paid_at timestamptz,
        add column shipped_at timestamptz,
        add column delivered_at timestamptz,
        add column on_hold_reason text
          constraint orders_on_hold_reason_length check (char_length(on_hold_reason) between 1 and 200),
        -- Computed by the triggers of payments and refunds, never by a statement of the service.
        add column payment_status text not null default 'unpaid' constraint orders_payment_status_known
          check (payment_status in ('unpaid', 'paid', 'partially_refunded', 'refunded'))`.execute(database)
    await sql`
      alter table order_items
        add column tax_basis_points integer not null default 0 check (tax_basis_points between 0 and 10000),
        add column tax_cents bigint not null default 0 check (tax_cents >= 0),
        add column shipped_quantity integer not null default 0 check (shipped_quantity >= 0),
        -- Units whose money went back before they were shipped: they are shipped no more.
        add column refunded_quantity integer not null default 0 check (refunded_quantity >= 0),
        -- Units whose money went back after they were shipped.
        add column returned_quantity integer not null default 0 check (returned_quantity >= 0),
        add constraint order_items_units_exist check (shipped_quantity + refunded_quantity <= quantity),
        add constraint order_items_returned_were_shipped check (returned_quantity <= shipped_quantity)`.execute(
      database,
    )
    await paymentTables(database)
    await workTables(database)
    await tableDerivations(database)
    await createSimulatedLedger(database)
    await createOutboxTables(database)
    await createProcessedEvents(database)
    await createNotifications(database)
    await createToldOnce(database)
    await createEventTables(database)
  },
  indexes: [
    ...eventIndexes,
    { name: 'orders_pending_since', on: `orders ((coalesce(pending_at, created_at))) where status = 'pending'` },
    { name: 'orders_by_payment_status', on: 'orders (payment_status, id)' },
    { name: 'orders_by_change', on: 'orders (updated_at, id)' },
  ],
}
