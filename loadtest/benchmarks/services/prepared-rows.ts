import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { z } from 'zod'
import { hashPassword } from '../../../services/users/password-hash.ts'
import type { ShopUnderTest } from './shop-under-test.ts'
import { createVocabulary } from './vocabulary.ts'

export const products = 100_000
const rowsAtOnce = 10_000
export const customers = 200
export const password = 'correct horse battery staple'

export type PreparedRows = {
  /** The first ten thousand of all. */
  readonly productIds: readonly string[]
  readonly emails: readonly string[]
}

/** A catalog of 100,000 products with stock, and customers who may log in; the first is an admin. */
export const prepareRows = async (shop: ShopUnderTest): Promise<PreparedRows> => {
  const catalog = new pg.Client({ connectionString: shop.databaseUrl('catalog') })
  await catalog.connect()
  const category = randomUUID()
  await catalog.query('insert into categories (id, name) values ($1, $2)', [category, 'Bench'])
  const { productText } = createVocabulary()
  for (let first = 1; first <= products; first += rowsAtOnce) {
    const texts = Array.from({ length: rowsAtOnce }, (_, index) => productText(first + index))
    await catalog.query(
      `insert into products (id, sku, name, description, price, currency, category_id)
       select gen_random_uuid(), 'B-' || n, name, description, 100 + n % 10000, 'EUR', $1
       from unnest($2::text[], $3::text[]) with ordinality as text (name, description, place), lateral (
         select $4::integer + place - 1 as n
       ) as numbered`,
      [category, texts.map(({ name }) => name), texts.map(({ description }) => description), first],
    )
  }
  await catalog.query(`insert into inventory (product_id, quantity, location) select id, 1000000, 'main' from products`)
  await catalog.query('vacuum analyze')
  const { rows } = await catalog.query<{ id: string }>('select id from products order by id limit 10000')
  await catalog.end()

  const users = new pg.Client({ connectionString: shop.databaseUrl('users') })
  await users.connect()
  const hash = await hashPassword(password)
  const emails = Array.from({ length: customers }, (_, index) => `bench${index}@shop.example`)
  for (const email of emails) {
    await users.query(
      'insert into users (id, email, name, password_hash, role, verified) values ($1, $2, $3, $4, $5, true)',
      [randomUUID(), email, 'Bench', hash, email === emails[0] ? 'admin' : 'user'],
    )
  }
  await users.end()
  return { productIds: rows.map(({ id }) => id), emails }
}

const loginSchema = z.object({ access_token: z.string() })

/** Of one of those who may log in; good for a quarter of an hour. */
export const tokenOf = async (usersUrl: string, email: string): Promise<string> => {
  const answer = await fetch(`${usersUrl}/api/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  })
  return loginSchema.parse(await answer.json()).access_token
}
