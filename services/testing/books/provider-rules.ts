import { type Rule, sqlRule } from './books.ts'

/** What we say that a payment provider did, against its own log. Of the simulated one, which keeps it beside the orders. */
export const providerRules: readonly Rule[] = [
  sqlRule({
    area: 'provider',
    says: 'what is booked as captured was charged, and what was charged is booked, to the cent',
    book: 'orders',
    of: `simulated_charges where state = 'captured'`,
    offenders: `
      with booked as (
        select provider_key, provider_ref, order_id, captured_cents from payments
        where provider = 'simulated' and captured_cents > 0
      ), charged as (
        select key, reference, order_id, captured_cents from simulated_charges where state = 'captured'
      )
      select coalesce(provider_key, key) || ': booked ' || coalesce(b.captured_cents, 0) || ', charged ' ||
        coalesce(c.captured_cents, 0) as offender
      from booked b full join charged c on c.key = b.provider_key
      where b.captured_cents is distinct from c.captured_cents or b.provider_ref is distinct from c.reference
        or b.order_id::text is distinct from c.order_id`,
  }),
  sqlRule({
    area: 'provider',
    says: 'refunds that succeeded here succeeded there, and no others, to the cent',
    book: 'orders',
    of: `simulated_refunds where state = 'succeeded'`,
    offenders: `
      with booked as (
        select r.provider_refund_ref as reference, r.amount_cents, r.currency, p.provider_ref as charge
        from refunds r join payments p on p.id = r.payment_id
        where r.provider = 'simulated' and r.status = 'succeeded'
      ), made as (
        select reference, amount_cents, currency, charge_reference as charge from simulated_refunds
        where state = 'succeeded'
      )
      select coalesce(b.charge, m.charge) || ': booked ' || coalesce(b.amount_cents, 0) || ', given back ' ||
        coalesce(m.amount_cents, 0) as offender
      from booked b full join made m on m.reference = b.reference
      where (b.amount_cents, b.currency, b.charge) is distinct from (m.amount_cents, m.currency, m.charge)`,
  }),
  sqlRule({
    area: 'provider',
    says: 'a charge counts as given back what its refunds gave',
    book: 'orders',
    of: 'simulated_charges',
    offenders: `
      select c.reference || ' counts ' || c.refunded_cents || ', its refunds gave ' || coalesce(r.amount, 0) as offender
      from simulated_charges c left join lateral (
        select sum(amount_cents) as amount from simulated_refunds
        where charge_reference = c.reference and state = 'succeeded'
      ) r on true
      where c.refunded_cents <> coalesce(r.amount, 0) or c.refunded_cents > c.captured_cents`,
  }),
  sqlRule({
    area: 'provider',
    says: 'no order keeps the money of two charges',
    book: 'orders',
    of: `(select distinct order_id from simulated_charges where state = 'captured') charged`,
    offenders: `
      select order_id || ' keeps ' || count(*) || ' charges' as offender from simulated_charges
      where captured_cents > refunded_cents group by order_id having count(*) > 1`,
  }),
  sqlRule({
    area: 'provider',
    says: 'in each currency both keep the same sum',
    book: 'orders',
    of: '(select distinct captured_currency from simulated_charges) currencies',
    offenders: `
      with ours as (
        select p.currency, sum(p.captured_cents - coalesce(r.amount, 0)) as cents
        from payments p left join lateral (
          select sum(amount_cents) as amount from refunds where payment_id = p.id and status = 'succeeded'
        ) r on true
        where p.provider = 'simulated' group by p.currency
      ), theirs as (
        select captured_currency as currency, sum(captured_cents - refunded_cents) as cents
        from simulated_charges group by captured_currency
      )
      select currency || ': we keep ' || coalesce(ours.cents, 0) || ', the provider says ' || coalesce(theirs.cents, 0)
        as offender
      from ours full join theirs using (currency) where coalesce(ours.cents, 0) <> coalesce(theirs.cents, 0)`,
  }),
]
