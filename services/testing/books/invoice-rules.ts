import { type Rule, sqlRule } from './books.ts'

export const invoiceRules: readonly Rule[] = [
  sqlRule({
    area: 'invoices',
    says: 'an order that was paid has one invoice over its total, another one has none',
    book: 'orders',
    of: `(select distinct order_id from order_status_history where to_status = 'paid') paid`,
    offenders: `
      select o.id || ' was paid ' || h.times || ' times and has ' || i.count || ' invoices over ' ||
        coalesce(i.amount, 0) || ' for ' || o.total_cents as offender
      from orders o cross join lateral (
        select count(*) as times from order_status_history where order_id = o.id and to_status = 'paid'
      ) h cross join lateral (
        select count(*) as count, sum((snapshot ->> 'total_cents')::bigint) as amount
        from invoices where order_id = o.id and refund_id is null
      ) i
      where h.times > 1 or i.count <> h.times or (i.count = 1 and i.amount <> o.total_cents)`,
  }),
  sqlRule({
    area: 'invoices',
    says: 'the numbers of a series are 1, 2, 3 … up to its counter',
    book: 'orders',
    of: 'invoices',
    offenders: `
      select c.series || ' lacks ' || n.number as offender
      from invoice_counters c cross join lateral generate_series(1, c.last) as n (number)
      where not exists (select from invoices i where i.series = c.series and i.number = n.number)
      union all
      select i.series || ' has ' || i.number || ' beyond its counter' from invoices i
      left join invoice_counters c on c.series = i.series where i.number > coalesce(c.last, 0)`,
  }),
  sqlRule({
    area: 'invoices',
    says: 'each refund of an invoiced payment has one credit note over its amount',
    book: 'orders',
    of: `refunds where status = 'succeeded'`,
    // One that failed after all keeps its credit note, and the order waits for a person.
    offenders: `
      select r.id || ' of ' || r.order_id || ' gave back ' || r.amount_cents || ' with ' || n.count ||
        ' credit notes over ' || coalesce(n.amount, 0) as offender
      from refunds r join payments p on p.id = r.payment_id join orders o on o.id = r.order_id
      cross join lateral (
        select count(*) as count, sum((snapshot ->> 'total_cents')::bigint) as amount from invoices where refund_id = r.id
      ) n
      where case
        when r.status = 'succeeded' and p.status = 'captured'
          and exists (select from invoices i where i.order_id = r.order_id and i.refund_id is null)
        then n.count <> 1 or n.amount <> r.amount_cents
        when r.status = 'failed' then n.count > 0 and o.on_hold_reason is null
        else n.count > 0 end`,
  }),
  sqlRule({
    area: 'invoices',
    says: 'each invoice and credit note has its document',
    book: 'orders',
    of: 'invoices',
    offenders: `
      select i.series || ' ' || i.number as offender from invoices i
      where not exists (select from invoice_documents d where d.invoice_id = i.id)`,
  }),
]
