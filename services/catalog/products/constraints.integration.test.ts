import { randomUUID } from 'node:crypto'
import { type RawBuilder, sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestCatalog, testCatalog } from '../testing/test-catalog.ts'

let catalog: TestCatalog
let product: string
let category: string
let child: string
beforeAll(async () => {
  catalog = await testCatalog()
  category = catalog.categoryId
  product = await catalog.stocked(5)
  child = randomUUID()
  await run(sql`insert into categories (id, name, parent_id) values (${child}, 'Child', ${category})`)
  await run(sql`insert into reviews (id, product_id, user_id, rating) values (${child}, ${product}, ${child}, 5)`)
  await run(sql`
    insert into inventory_reservations (id, reference, expires_at) values (${child}, 'taken', now() + interval '1 day')`)
  await run(sql`insert into inventory_reservation_lines values (${child}, ${product}, 1)`)
  await run(sql`
    insert into inventory_movements (product_id, delta, reason, reference) values (${product}, 1, 'commit', 'sold')`)
  await run(sql`insert into audit_logs (actor, action, target) values ('user:x', 'product_created', 'product:x')`)
})
afterAll(() => catalog.close())

const run = (statement: RawBuilder<unknown>) => statement.execute(catalog.kysely)
const set = (change: RawBuilder<unknown>) => () => run(sql`update products set ${change} where id = ${product}`)
const add = (values: { sku?: string; category?: string }) => () =>
  run(sql`
    insert into products (id, sku, name, description, price, currency, category_id)
    values (${randomUUID()}, ${values.sku ?? randomUUID()}, 'X', '', 1, 'EUR', ${values.category ?? category})`)
const addCategory = (name: string, parent: () => string | null) => () =>
  run(sql`insert into categories (id, name, parent_id) values (${randomUUID()}, ${name}, ${parent()})`)
const addReview = (values: { rating?: number; comment?: string; user?: () => string; product?: string }) => () => {
  const { rating = 5, comment = '', user = randomUUID } = values
  return run(sql`
    insert into reviews (id, product_id, user_id, rating, comment)
    values (${randomUUID()}, ${values.product ?? product}, ${user()}, ${rating}, ${comment})`)
}
const addLine = (quantity: number, reserved: () => string) => () =>
  run(sql`insert into inventory_reservation_lines values (${child}, ${reserved()}, ${quantity})`)
const stock = (change: RawBuilder<unknown>) => () =>
  run(sql`update inventory set ${change} where product_id = ${product}`)
const reservation = (change: RawBuilder<unknown>) => () =>
  run(sql`update inventory_reservations set ${change} where id = ${child}`)
const ofProduct = () => product
const fresh = () => catalog.stocked(0)

test.each<[string, string, () => Promise<unknown>]>([
  [
    'a SKU that is taken in other letters',
    '23505',
    async () =>
      run(sql`
    insert into products (id, sku, name, description, price, currency, category_id)
    select ${randomUUID()}::uuid, upper(sku), 'X', '', 1, 'EUR', category_id from products where id = ${product}`),
  ],
  ['a price below 0', '23514', set(sql`price = -1`)],
  ['a price above 10^12', '23514', set(sql`price = 1000000000001`)],
  ['a currency in small letters', '23514', set(sql`currency = 'eur'`)],
  ['a product of version 0', '23514', set(sql`version = 0`)],
  ['more stars than reviews can have', '23514', set(sql`rating_count = 1, rating_sum = 6`)],
  ['fewer stars than reviews', '23514', set(sql`rating_count = 2, rating_sum = 1`)],
  ['fewer reviews than none', '23514', set(sql`rating_count = -1, rating_sum = -1`)],
  ['a product without a category', '23514', set(sql`category_id = null`)],
  ['a product of an unknown category', '23503', add({ category: randomUUID() })],
  ['a category of a taken name', '23505', addCategory('CHILD', () => category)],
  ['a root of a taken name', '23505', addCategory('THINGS', () => null)],
  [
    'a category that is its own parent',
    '23514',
    () => run(sql`update categories set parent_id = id where id = ${child}`),
  ],
  ['a category below an unknown one', '23503', addCategory('X', randomUUID)],
  [
    'the deletion of a category that is not empty',
    '23503',
    () => run(sql`delete from categories where id = ${category}`),
  ],
  ['more reserved than there is', '23514', stock(sql`reserved = quantity + 1`)],
  ['less reserved than nothing', '23514', stock(sql`reserved = -1`)],
  [
    'stock of an unknown product',
    '23503',
    () => run(sql`insert into inventory (product_id, quantity, location) values (${randomUUID()}, 1, 'main')`),
  ],
  [
    'a second reservation of one reference',
    '23505',
    () =>
      run(sql`
    insert into inventory_reservations (id, reference, expires_at)
    values (${randomUUID()}, 'taken', now() + interval '1 day')`),
  ],
  ['a reservation in an unknown state', '23514', reservation(sql`state = 'lost', closed_at = now()`)],
  ['a reservation that ends before it begins', '23514', reservation(sql`expires_at = created_at`)],
  ['a second line of one product', '23505', addLine(1, ofProduct)],
  ['a line of 0', '23514', async () => addLine(0, await fresh().then((id) => () => id))()],
  ['a line of 1001', '23514', async () => addLine(1_001, await fresh().then((id) => () => id))()],
  [
    'a second movement of one reference',
    '23505',
    () =>
      run(sql`
    insert into inventory_movements (product_id, delta, reason, reference) values (${product}, 1, 'commit', 'sold')`),
  ],
  ['a changed movement', '23001', () => run(sql`update inventory_movements set delta = 2`)],
  ['a deleted movement', '23001', () => run(sql`delete from inventory_movements`)],
  ['a second review by one user', '23505', addReview({ user: () => child })],
  ['a review of no star', '23514', addReview({ rating: 0 })],
  ['a review of six stars', '23514', addReview({ rating: 6 })],
  ['a review of 5001 characters', '23514', addReview({ comment: 'x'.repeat(5_001) })],
  ['a review of an unknown product', '23503', addReview({ product: randomUUID() })],
  [
    'a product bought together with itself',
    '23514',
    () => run(sql`insert into bought_together (product_id, other_id) values (${product}, ${product})`),
  ],
  ['a changed line of the trail', '23001', () => run(sql`update audit_logs set actor = 'nobody'`)],
  ['a deleted line of the trail', '23001', () => run(sql`delete from audit_logs`)],
  ['an emptied trail', '23001', () => run(sql`truncate audit_logs`)],
])('C40: the database refuses %s', async (_, sqlstate, violate) => {
  await expect(violate()).rejects.toMatchObject({ code: sqlstate })
})

test('C40: the SKU of a deleted product may be used again', async () => {
  const sku = randomUUID()
  await add({ sku })()
  await run(sql`update products set deleted_at = now(), category_id = null where sku = ${sku}`)
  await add({ sku: sku.toUpperCase() })()
})
