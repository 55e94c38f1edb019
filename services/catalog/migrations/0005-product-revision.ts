import { sql } from 'kysely'
import type { ServiceMigration } from '../../kit/migrations.ts'

/**
 * `revision` rises with every change of a product's row, also with a review that leaves `version` as it is, so that of
 * two copies the newer one is known. Each commit tells what it changed to whoever listens on `product_changes`:
 * `<id> <revision>`, or `*` where one statement changed too much to tell one by one.
 */
export const productRevisionMigration: ServiceMigration = {
  name: '0005_product_revision',
  reversible: true,
  async up(database) {
    await sql`alter table products add column revision bigint not null default 1`.execute(database)
    await sql`
      create function products_raise_revision() returns trigger language plpgsql as $$
      begin
        new.revision := old.revision + 1;
        return new;
      end
      $$`.execute(database)
    await sql`
      create trigger products_raise_revision before update on products
        for each row execute function products_raise_revision()`.execute(database)

    await sql`
      create function products_tell_changes() returns trigger language plpgsql as $$
      begin
        if (select count(*) from (select from changed limit 101) as counted) > 100 then
          perform pg_notify('product_changes', '*');
        else
          perform pg_notify('product_changes', id || ' ' || revision + case tg_op when 'DELETE' then 1 else 0 end)
          from changed;
        end if;
        return null;
      end
      $$`.execute(database)
    for (const [event, rows] of [
      ['insert', 'new'],
      ['update', 'new'],
      ['delete', 'old'],
    ] as const) {
      await sql`
        create trigger ${sql.id(`products_tell_${event}`)} after ${sql.raw(event)} on products
          referencing ${sql.raw(rows)} table as changed
          for each statement execute function products_tell_changes()`.execute(database)
    }
  },
}
