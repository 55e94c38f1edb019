import { sql } from 'kysely'
import type { ServiceMigration } from '../../kit/migrations.ts'

/**
 * How much a customer holds at once, whoever adds it and by whatever statement. It waits for the user's key, as
 * hold-limits.ts does before it locks stock; there the key is this transaction's already, and what is counted cannot
 * have changed.
 */
export const holdLimitMigration: ServiceMigration = {
  name: '0006_hold_limit',
  reversible: true,
  async up(database) {
    await sql`
      create function refuse_fourth_hold() returns trigger language plpgsql as $$
      begin
        perform pg_advisory_xact_lock(1, hashtext(new.user_id::text));
        if 3 <= (
          select count(*) from inventory_reservations
          where user_id = new.user_id and state = 'active' and expires_at > now()
        ) then
          raise exception 'the user holds three reservations' using errcode = 'check_violation',
            table = 'inventory_reservations', constraint = 'inventory_reservations_hold_limit';
        end if;
        return new;
      end $$`.execute(database)
    await sql`
      create trigger inventory_reservations_hold_limit before insert on inventory_reservations
      for each row when (new.user_id is not null and new.state = 'active') execute function refuse_fourth_hold()`.execute(
      database,
    )
  },
}
