import { sql } from 'kysely'
import type { ServiceMigration } from '../../kit/migrations.ts'
import { createOutboxTables } from '../../kit/outbox/outbox-tables.ts'

/**
 * Who holds stock, what was sold after its hold had ended, and what runs low; and the outbox for what is to be told of
 * them. `low` is the database's own doing: whoever changes stock, also the release before, cannot forget it, and as it
 * rarely changes its index costs a reserve nothing.
 */
export const holdsMigration: ServiceMigration = {
  name: '0003_holds',
  reversible: true,
  indexes: [
    { name: 'inventory_low', on: 'inventory (product_id) where low' },
    {
      name: 'inventory_reservations_by_user',
      on: `inventory_reservations (user_id) where state = 'active' and user_id is not null`,
    },
  ],
  async up(database) {
    await createOutboxTables(database)
    await sql`
      alter table inventory add column low boolean not null generated always as (quantity - reserved < 10) stored`.execute(
      database,
    )
    await sql`
      alter table inventory_reservations
        add column user_id uuid,
        add column re_held boolean not null default false,
        add constraint inventory_reservations_re_held check (not re_held or state in ('committed', 'returned'))`.execute(
      database,
    )
  },
}
