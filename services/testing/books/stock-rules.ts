import { type Rule, sqlRule } from './books.ts'

/** What the catalog says of its stock by itself. */
export const stockRules: readonly Rule[] = [
  sqlRule({
    area: 'stock',
    says: 'the units on hand are what the movements add up to',
    book: 'catalog',
    of: 'inventory',
    offenders: `
      select i.product_id || ' has ' || i.quantity || ', its movements say ' || coalesce(m.units, 0) as offender
      from inventory i left join (
        select product_id, sum(delta) as units from inventory_movements group by product_id
      ) m using (product_id)
      where i.quantity <> coalesce(m.units, 0)`,
  }),
  sqlRule({
    area: 'stock',
    says: 'the units reserved are those of the holds, and no more than there are',
    book: 'catalog',
    of: 'inventory',
    offenders: `
      select i.product_id || ' reserves ' || i.reserved || ' of ' || i.quantity || ', held are ' ||
        coalesce(h.units, 0) as offender
      from inventory i left join (
        select l.product_id, sum(l.quantity) as units
        from inventory_reservation_lines l join inventory_reservations r on r.id = l.reservation_id
        where r.state = 'active' group by l.product_id
      ) h using (product_id)
      where i.reserved <> coalesce(h.units, 0) or i.reserved > i.quantity`,
  }),
  sqlRule({
    area: 'stock',
    says: 'what is sold has moved once, what came back has come back once',
    book: 'catalog',
    of: 'inventory_reservation_lines',
    offenders: `
      select r.reference || ' is ' || r.state || ', ' || l.quantity || ' of ' || l.product_id || ': moved ' || m.sold ||
        ', back ' || m.back as offender
      from inventory_reservation_lines l join inventory_reservations r on r.id = l.reservation_id
      cross join lateral (
        select coalesce(-sum(delta) filter (where reason = 'commit'), 0) as sold,
          coalesce(sum(delta) filter (where reason = 'return'), 0) as back
        from inventory_movements
        where product_id = l.product_id and reference = any (r.reference ||
          array(select r.reference || '#' || return_key from inventory_returns where reservation_id = r.id))
      ) m
      where m.sold <> case when r.state in ('committed', 'returned') then l.quantity else 0 end
        or m.back <> case r.state when 'returned' then l.quantity when 'committed' then l.returned else 0 end
        or l.returned > l.quantity
      union all
      select m.reference || ' moved ' || m.delta || ' of ' || m.product_id || ' and is nobody''s'
      from inventory_movements m
      where m.reason <> 'adjust' and not exists (select from inventory_reservations r where r.reference = m.reference)
        and not exists (
          select from inventory_returns b join inventory_reservations r on r.id = b.reservation_id
          where m.reference = r.reference || '#' || b.return_key)`,
  }),
]
