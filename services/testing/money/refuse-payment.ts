import { type QueryExecutorProvider, sql } from 'kysely'

/** Whatever changes a payment of the order fails in its transaction, until it is allowed again. */
export async function refusePayment(
  orders: QueryExecutorProvider,
  orderId: string,
): Promise<{ allow(): Promise<void> }> {
  const name = `refuse_${orderId.replaceAll('-', '')}`
  await sql`
    create function ${sql.ref(name)}() returns trigger language plpgsql as $$
    begin raise exception 'refused on purpose'; end $$`.execute(orders)
  await sql`
    create trigger ${sql.ref(name)} before update on payments for each row
    when (new.order_id = ${sql.lit(orderId)}) execute function ${sql.ref(name)}()`.execute(orders)
  return {
    async allow() {
      await sql`drop trigger ${sql.ref(name)} on payments`.execute(orders)
    },
  }
}
