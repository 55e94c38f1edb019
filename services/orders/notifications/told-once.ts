import { type QueryExecutorProvider, sql } from 'kysely'

/**
 * For the migration that has createNotifications: of each state of an order people are told once, however often it comes
 * to it, and of each refund once.
 */
export async function createToldOnce(database: QueryExecutorProvider): Promise<void> {
  await sql`
    create unique index notifications_told_once
    on notifications ((data ->> 'order_id'), template, channel, recipient_id, coalesce(data ->> 'refund_id', ''))
    where data ? 'order_id'`.execute(database)
}
