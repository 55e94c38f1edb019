import { type Rule, soldStatuses, sqlRule } from './books.ts'

/** What orders, payments and refunds say of each other. */
export const moneyRules: readonly Rule[] = [
  sqlRule({
    area: 'money',
    says: 'an order costs its lines, their taxes and its shipping',
    book: 'orders',
    of: 'orders',
    offenders: `
      select o.id || ' costs ' || o.total_cents || ', its parts are ' || o.subtotal_cents || ', ' || o.tax_cents || ', '
        || o.shipping_cents as offender
      from orders o left join lateral (
        select sum(unit_price_cents * quantity) as lines, sum(total_cents) as totals, sum(tax_cents) as tax
        from order_items where order_id = o.id
      ) i on true
      where o.total_cents <> o.subtotal_cents + o.tax_cents + o.shipping_cents
        or o.subtotal_cents <> coalesce(i.lines, 0) or o.subtotal_cents <> coalesce(i.totals, 0)
        or o.tax_cents <> coalesce(i.tax, 0)`,
  }),
  sqlRule({
    area: 'money',
    says: 'a sold order has one payment of its total, captured whole',
    book: 'orders',
    of: `orders where status in ${soldStatuses}`,
    offenders: `
      select o.id || ' is ' || o.status || ' by ' || p.whole || ' payments' as offender
      from orders o cross join lateral (
        select count(*) as whole from payments
        where order_id = o.id and status = 'captured' and currency = o.currency and amount_cents = o.total_cents
          and captured_cents = o.total_cents
      ) p
      where o.status in ${soldStatuses} and p.whole <> 1`,
  }),
  sqlRule({
    area: 'money',
    says: 'of an order that is not sold nothing is kept, but for what a person looks at',
    book: 'orders',
    of: `orders where status not in ${soldStatuses}`,
    offenders: `
      select o.id || ' is ' || o.status || ' and keeps ' || sum(p.captured_cents - p.refunded_cents) as offender
      from orders o join payments p on p.order_id = o.id
      where o.status not in ${soldStatuses} and o.on_hold_reason is null
        and not exists (select from refunds r where r.order_id = o.id and r.status = 'failed')
      group by o.id having sum(p.captured_cents - p.refunded_cents) <> 0`,
  }),
  sqlRule({
    area: 'money',
    says: 'no payment captures more than was asked for or gives back more than it captured',
    book: 'orders',
    of: 'payments',
    offenders: `
      select p.id || ' captured ' || p.captured_cents || ' of ' || p.amount_cents || ' and gives back ' ||
        coalesce(r.amount, 0) as offender
      from payments p left join lateral (
        select sum(amount_cents) as amount from refunds where payment_id = p.id and status <> 'failed'
      ) r on true
      where p.captured_cents > p.amount_cents or coalesce(r.amount, 0) > p.captured_cents`,
  }),
  sqlRule({
    area: 'money',
    says: 'a payment counts as given back what its refunds take',
    book: 'orders',
    of: 'payments',
    offenders: `
      select p.id || ' counts ' || p.refunded_cents || ', its refunds take ' || coalesce(r.amount, 0) as offender
      from payments p left join lateral (
        select sum(amount_cents) as amount from refunds where payment_id = p.id and status <> 'failed'
      ) r on true
      where p.refunded_cents <> coalesce(r.amount, 0)`,
  }),
  sqlRule({
    area: 'money',
    says: 'the payment status follows from payments and refunds',
    // What came on top of it, or is not what was asked for, was never the order's.
    book: 'orders',
    of: 'orders',
    offenders: `
      select o.id || ' is called ' || o.payment_status || ', captured ' || p.captured || ', given back ' || r.back
        as offender
      from orders o cross join lateral (
        select coalesce(sum(captured_cents), 0) as captured, coalesce(bool_or(status = 'captured'), false) as paid
        from payments where order_id = o.id and status not in ('surplus', 'mismatched')
      ) p cross join lateral (
        select coalesce(sum(f.amount_cents), 0) as back from refunds f join payments of on of.id = f.payment_id
        where f.order_id = o.id and f.status = 'succeeded' and of.status not in ('surplus', 'mismatched')
      ) r
      where o.payment_status <> case when r.back > 0 and r.back >= p.captured then 'refunded'
        when r.back > 0 then 'partially_refunded' when p.paid then 'paid' else 'unpaid' end`,
  }),
  sqlRule({
    area: 'money',
    says: 'a line counts the units that its shipments and refunds name',
    book: 'orders',
    of: 'order_items',
    offenders: `
      select i.id || ' of ' || i.order_id || ' counts ' || i.shipped_quantity || ' shipped, ' ||
        i.refunded_quantity + i.returned_quantity || ' refunded' as offender
      from order_items i cross join lateral (
        select coalesce(sum(quantity), 0) as units from shipment_items where order_item_id = i.id
      ) s cross join lateral (
        select coalesce(sum(l.unshipped_quantity), 0) as unshipped, coalesce(sum(l.shipped_quantity), 0) as shipped
        from refund_items l join refunds r on r.id = l.refund_id
        where l.order_item_id = i.id and r.status <> 'failed'
      ) r
      where i.shipped_quantity <> s.units or i.refunded_quantity <> r.unshipped or i.returned_quantity <> r.shipped`,
  }),
]
