import type { Shop } from './shop.ts'

const slow = `
export const slow: ServiceMigration = { name: '0099_slow', reversible: true, async up(database) {
  await sql\`select pg_sleep(600)\`.execute(database)
} }
`
const list = /(?<=ordersMigrations = \[[^\]]*)\] as const/

const addToList = (text: string): string => {
  if (!list.test(text)) throw new Error('the migrations of orders are listed in another way')
  return text
    .replace('import { ordersMigration }', 'import { ordersMigration, slow }')
    .replace(list, ', slow] as const')
}

/** Orders gets a migration that does not end by itself. Answers the way back. */
export const addSlowMigration = async ({ edit }: Pick<Shop, 'edit'>): Promise<() => Promise<void>> => {
  const undo = await Promise.all([
    edit('services/orders/migrations/0001-orders.ts', (text) => `${text}${slow}`),
    edit('services/orders/orders-service.ts', addToList),
  ])
  return async () => {
    await Promise.all(undo.map((put) => put()))
  }
}
