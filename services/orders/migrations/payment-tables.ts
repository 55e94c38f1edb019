import { type QueryExecutorProvider, sql } from 'kysely'

/** Payments, refunds, shipments, invoices: databases have them as they stand here, a change is a new migration. */
export async function paymentTables(database: QueryExecutorProvider): Promise<void> {
  await sql`
    create table payments (
      id uuid primary key,
      order_id uuid not null references orders (id),
      attempt integer not null check (attempt >= 1),
      -- none: there is nothing to pay.
      provider text not null constraint payments_provider_known check (provider in ('none', 'simulated', 'stripe', 'paypal')),
      -- What the provider knows it by, kept before it is asked: the same key is the same charge.
      provider_key text not null constraint payments_provider_key_once unique,
      provider_ref text constraint payments_provider_ref_length check (char_length(provider_ref) between 1 and 255),
      amount_cents bigint not null check (amount_cents between 0 and 1000000000000),
      currency text not null check (currency ~ '^[A-Z]{3}$'),
      captured_cents bigint not null default 0,
      -- What refunds that have not failed take, pending ones too.
      refunded_cents bigint not null default 0,
      -- mismatched: captured, and not what was asked for. surplus: captured, and no order wants it.
      status text not null constraint payments_status_known check (status in
        ('created', 'requires_action', 'captured', 'declined', 'failed', 'cancelled', 'mismatched', 'surplus')),
      reason text constraint payments_reason_length check (char_length(reason) <= 100),
      action jsonb,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      constraint payments_attempt_once unique (order_id, attempt),
      constraint payments_provider_ref_once unique (provider, provider_ref),
      constraint payments_refunded_range check (refunded_cents between 0 and captured_cents),
      constraint payments_captured_range check (captured_cents <= amount_cents)
    )`.execute(database)
  await sql`
    create unique index payments_one_at_work on payments (order_id)
    where status in ('created', 'requires_action', 'captured')`.execute(database)

  await sql`
    create table refunds (
      id uuid primary key,
      order_id uuid not null references orders (id),
      payment_id uuid not null references payments (id),
      provider text not null,
      -- The reason of its being: an admin's key, or cancel, late, undo; so each is given back once.
      key text not null constraint refunds_key_length check (char_length(key) between 1 and 300),
      provider_key text not null constraint refunds_provider_key_once unique,
      provider_refund_ref text constraint refunds_ref_length check (char_length(provider_refund_ref) between 1 and 255),
      amount_cents bigint not null constraint refunds_amount_positive check (amount_cents > 0),
      shipping_cents bigint not null default 0 constraint refunds_shipping_range check (shipping_cents between 0 and amount_cents),
      currency text not null check (currency ~ '^[A-Z]{3}$'),
      status text not null default 'pending'
        constraint refunds_status_known check (status in ('pending', 'succeeded', 'failed')),
      reason text not null constraint refunds_reason_length check (char_length(reason) between 1 and 500),
      failure text constraint refunds_failure_length check (char_length(failure) <= 300),
      actor_id uuid,
      request_id text not null,
      created_at timestamptz not null default now(),
      ended_at timestamptz,
      constraint refunds_once unique (payment_id, key),
      constraint refunds_ref_once unique (provider, provider_refund_ref),
      constraint refunds_ended_when_over check ((status = 'pending') = (ended_at is null))
    )`.execute(database)
  await sql`create index refunds_by_order on refunds (order_id, id)`.execute(database)
  await sql`
    create table refund_items (
      refund_id uuid not null references refunds (id),
      order_item_id uuid not null references order_items (id),
      -- Of units that were not shipped yet, and of units that were.
      unshipped_quantity integer not null check (unshipped_quantity >= 0),
      shipped_quantity integer not null check (shipped_quantity >= 0),
      amount_cents bigint not null check (amount_cents >= 0),
      restock boolean not null,
      primary key (refund_id, order_item_id),
      constraint refund_items_some check (unshipped_quantity + shipped_quantity >= 1)
    )`.execute(database)
  await sql`create index refund_items_by_line on refund_items (order_item_id)`.execute(database)

  await sql`
    create table shipments (
      id uuid primary key,
      order_id uuid not null references orders (id),
      carrier text not null constraint shipments_carrier_form check (carrier ~ '^[a-z0-9][a-z0-9_-]{0,49}$'),
      tracking_number text not null
        constraint shipments_tracking_form check (tracking_number ~ '^[A-Za-z0-9-]{1,100}$'),
      status text not null default 'created' constraint shipments_status_known check (status in
        ('created', 'in_transit', 'out_for_delivery', 'delivered')),
      shipped_at timestamptz not null default now(),
      delivered_at timestamptz,
      created_at timestamptz not null default now(),
      updated_at timestamptz not null default now(),
      constraint shipments_tracking_once unique (carrier, tracking_number),
      constraint shipments_delivered_has_time check ((status = 'delivered') = (delivered_at is not null))
    )`.execute(database)
  await sql`create index shipments_by_order on shipments (order_id, id)`.execute(database)
  await sql`
    create table shipment_items (
      shipment_id uuid not null references shipments (id),
      order_item_id uuid not null references order_items (id),
      quantity integer not null check (quantity >= 1),
      primary key (shipment_id, order_item_id)
    )`.execute(database)

  await sql`
    create table invoice_counters (
      series text primary key,
      last integer not null check (last >= 1)
    )`.execute(database)
  await sql`
    create table invoices (
      id uuid primary key,
      order_id uuid not null references orders (id),
      -- A credit note corrects by a refund.
      refund_id uuid references refunds (id) constraint invoices_credit_note_once unique,
      series text not null constraint invoices_series_form check (series ~ '^(INV|CN)-[0-9]{4}$'),
      number integer not null check (number >= 1),
      snapshot jsonb not null,
      issued_at timestamptz not null,
      constraint invoices_number_once unique (series, number),
      constraint invoices_kind check ((series like 'CN-%') = (refund_id is not null))
    )`.execute(database)
  await sql`create unique index invoices_one_of_order on invoices (order_id) where refund_id is null`.execute(database)
  // Made when the store could be reached; the invoice itself never changes.
  await sql`
    create table invoice_documents (
      invoice_id uuid primary key references invoices (id),
      key text not null,
      sha256 text not null constraint invoice_documents_sha256_form check (sha256 ~ '^[0-9a-f]{64}$'),
      stored_at timestamptz not null default now()
    )`.execute(database)
}
