import { type QueryExecutorProvider, sql } from 'kysely'

/** What the database computes and refuses by itself. */
export async function tableDerivations(database: QueryExecutorProvider): Promise<void> {
  await sql`
    create function derive_payment_status() returns trigger language plpgsql as $$
    declare
      captured bigint;
      returned bigint;
      paid boolean;
      derived text;
    begin
      -- What came on top of it, or is not what was asked for, was never the order's.
      select coalesce(sum(captured_cents), 0), coalesce(bool_or(status = 'captured'), false) into captured, paid
        from payments where order_id = new.order_id and status not in ('surplus', 'mismatched');
      select coalesce(sum(r.amount_cents), 0) into returned
        from refunds r join payments p on p.id = r.payment_id
        where r.order_id = new.order_id and r.status = 'succeeded'
          and p.status not in ('surplus', 'mismatched');
      derived := case
        when returned > 0 and returned >= captured then 'refunded'
        when returned > 0 then 'partially_refunded'
        when paid then 'paid'
        else 'unpaid' end;
      update orders set payment_status = derived where id = new.order_id and payment_status <> derived;
      return null;
    end $$`.execute(database)
  await sql`
    create trigger payments_tell_order after insert or update of status, captured_cents on payments
    for each row execute function derive_payment_status()`.execute(database)
  await sql`
    create trigger refunds_tell_order after insert or update of status on refunds
    for each row execute function derive_payment_status()`.execute(database)
  await sql`
    create function refuse_typed_payment_status() returns trigger language plpgsql as $$
    begin
      raise exception 'payment_status is computed from payments and refunds';
    end $$`.execute(database)
  // Depth 1 is a statement that came from outside of a trigger.
  await sql`
    create trigger orders_payment_status_is_computed before update of payment_status on orders
    for each row when (pg_trigger_depth() = 0 and old.payment_status is distinct from new.payment_status)
    execute function refuse_typed_payment_status()`.execute(database)
  await sql`
    create trigger invoices_insert_only before update or delete or truncate on invoices
    for each statement execute function refuse_any_change()`.execute(database)
  await sql`
    create trigger audit_logs_insert_only before update or delete or truncate on audit_logs
    for each statement execute function refuse_any_change()`.execute(database)
}
