import { type QueryExecutorProvider, sql } from 'kysely'

/** `insert`: the event cannot be written. `commit`: all was written, and the transaction ends before it is committed. */
export const refusalMoments = ['insert', 'commit'] as const
export type RefusalMoment = (typeof refusalMoments)[number]

export type Refusal = { readonly type: string; readonly orderId: string; readonly moment: RefusalMoment }

/** A database that refuses some events of some orders. */
export async function refusedEvents(orders: QueryExecutorProvider) {
  await sql`create table refused_events (type text, subject uuid, moment text)`.execute(orders)
  await sql`
    create function refuse_event() returns trigger language plpgsql as $$
    begin
      if exists (select from refused_events
        where type = new.type and subject = new.subject and moment = tg_argv[0]) then
        raise exception 'refused on purpose';
      end if;
      return new;
    end $$`.execute(orders)
  await sql`
    create trigger refuse_at_insert before insert on outbox_events
    for each row execute function refuse_event('insert')`.execute(orders)
  await sql`
    create constraint trigger refuse_at_commit after insert on outbox_events deferrable initially deferred
    for each row execute function refuse_event('commit')`.execute(orders)
  return {
    async refuse({ type, orderId, moment }: Refusal): Promise<void> {
      await sql`insert into refused_events values (${type}, ${orderId}, ${moment})`.execute(orders)
    },
    async allow({ orderId }: Pick<Refusal, 'orderId'>): Promise<void> {
      await sql`delete from refused_events where subject = ${orderId}`.execute(orders)
    },
  }
}
