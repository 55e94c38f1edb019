import { type QueryExecutorProvider, sql } from 'kysely'

/**
 * Before all other rows, as everywhere, and in a statement of its own: the next one then sees what a login or a refresh
 * wrote that held the user until now.
 */
export async function lockUser(transaction: QueryExecutorProvider, userId: string): Promise<void> {
  await sql`select id from users where id = ${userId} for no key update`.execute(transaction)
}
