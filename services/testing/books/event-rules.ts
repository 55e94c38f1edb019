import { type Rule, sqlRule } from './books.ts'

const outboxes = ['orders', 'catalog', 'users'] as const

/** Sent events are forgotten after 14 days: of what is older nothing can be said. */
const remembered = `interval '13 days'`

const eventOfStatus = `(case to_status when 'draft' then 'order.reopened.v1' when 'pending' then 'order.placed.v1'
  else 'order.' || to_status || '.v1' end)`

export const eventRules: readonly Rule[] = [
  ...outboxes.flatMap((book) => [
    sqlRule({
      area: 'events',
      says: `of each subject of ${book} the versions are 1, 2, 3 … without a gap`,
      book,
      of: 'outbox_events',
      offenders: `
        select s.subject || ' is at ' || s.version || ' and has ' || count(e.seq) || ' events from ' ||
          coalesce(min(e.aggregate_version), 0) || ' to ' || coalesce(max(e.aggregate_version), 0) as offender
        from outbox_subjects s join outbox_events e on e.subject = s.subject
        group by s.subject, s.version
        having max(e.aggregate_version) <> s.version
          or count(e.seq) <> s.version - min(e.aggregate_version) + 1
          or (min(e.aggregate_version) > 1 and min(e.created_at) > now() - ${remembered})`,
    }),
    sqlRule({
      area: 'events',
      says: `all that ${book} wrote is sent, in the order in which it was written`,
      book,
      of: 'outbox_events',
      offenders: `
        select type || ' ' || id || case when refused_at is null then ' waits' else ' is refused' end as offender
        from outbox_events where published_at is null
        union all
        select later.type || ' ' || later.id || ' was sent before ' || earlier.id
        from outbox_events earlier join outbox_events later
          on later.subject = earlier.subject and later.aggregate_version = earlier.aggregate_version + 1
        where later.seq < earlier.seq`,
    }),
  ]),
  sqlRule({
    area: 'events',
    says: 'the history of an order begins with nothing, leaves out no step and ends where the order is',
    book: 'orders',
    of: 'order_status_history',
    offenders: `
      with steps as (
        select order_id, id, from_status, to_status, lag(to_status) over past as before, lead(id) over past as next
        from order_status_history window past as (partition by order_id order by id)
      )
      select s.order_id || ' goes from ' || coalesce(s.from_status, 'nothing') || ' to ' || s.to_status || ' after ' ||
        coalesce(s.before, 'nothing') || ', the order is ' || o.status as offender
      from steps s join orders o on o.id = s.order_id
      where s.from_status is distinct from s.before or (s.next is null and s.to_status <> o.status)
      union all
      select o.id || ' has no history' from orders o
      where not exists (select from order_status_history h where h.order_id = o.id)`,
  }),
  sqlRule({
    area: 'events',
    says: 'each change of a status is one event, in the order of the history',
    book: 'orders',
    of: 'order_status_history where from_status is not null',
    offenders: `
      with happened as (
        select h.order_id, array_agg(${eventOfStatus} order by h.id) as types
        from order_status_history h join orders o on o.id = h.order_id
        where h.from_status is not null and o.created_at > now() - ${remembered} group by h.order_id
      ), told as (
        select e.subject, array_agg(e.type order by e.aggregate_version) as types
        from outbox_events e join orders o on o.id = e.subject
        where e.type like 'order.%' and e.type <> 'order.refunded.v1' and o.created_at > now() - ${remembered}
        group by e.subject
      )
      select coalesce(order_id, subject) || ': happened ' || coalesce(h.types::text, 'nothing') || ', told ' ||
        coalesce(t.types::text, 'nothing') as offender
      from happened h full join told t on t.subject = h.order_id where h.types is distinct from t.types`,
  }),
  sqlRule({
    area: 'events',
    says: 'each refund that succeeded and each invoice is one event',
    book: 'orders',
    of: `outbox_events where type in ('order.refunded.v1', 'invoice.issued.v1')`,
    offenders: `
      with written as (
        select id::text as id, 'order.refunded.v1' as type from refunds
        where status = 'succeeded' and ended_at > now() - ${remembered}
        union all
        select id::text, 'invoice.issued.v1' from invoices where issued_at > now() - ${remembered}
      )
      select w.id || ' has ' || count(e.seq) || ' events ' || w.type as offender
      from written w left join outbox_events e
        on e.type = w.type and w.id in (e.envelope -> 'data' ->> 'refund_id', e.envelope -> 'data' ->> 'invoice_id')
      group by w.id, w.type having count(e.seq) <> 1`,
  }),
  sqlRule({
    area: 'events',
    says: 'every group has finished what the bus has',
    book: 'bus',
    of: 'bus_positions',
    offenders: `
      select p.group_name || ' is at ' || p.position || ' of bucket ' || p.bucket || ' and has ' ||
        cardinality(p.unfinished) || ' unfinished' as offender
      from bus_positions p
      where cardinality(p.unfinished) > 0
        or exists (select from bus_entries e where e.bucket = p.bucket and e.seq > p.position)`,
  }),
]
