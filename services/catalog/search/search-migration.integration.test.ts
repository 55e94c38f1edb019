import { randomBytes, randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { migrate } from '../../kit/migrate.ts'
import type { MigrationEvent } from '../../kit/migrations.ts'
import type {} from '../../kit/testing/postgres-for-tests.ts'
import { catalogMigrations } from '../catalog-service.ts'

const role = `search_owner_${randomBytes(6).toString('hex')}`
const database = `${role}_db`
const urlOf = (user: string | null) => {
  const url = new URL(inject('postgresUrl'))
  url.pathname = `/${database}`
  if (user !== null) url.username = user
  if (user !== null) url.password = role
  return url.href
}

async function run(url: string, statement: string, values: readonly unknown[] = []): Promise<readonly unknown[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(statement, [...values])).rows
  } finally {
    await client.end()
  }
}

async function migrated(until: string): Promise<MigrationEvent | undefined> {
  const migrations = catalogMigrations.filter(({ name }) => name <= until)
  let last: MigrationEvent | undefined
  for await (const event of migrate({ url: urlOf(role), migrations, mode: 'apply' })) last = event
  return last
}

beforeAll(async () => {
  const server = inject('postgresUrl')
  await run(server, `create role ${role} login password '${role}'`)
  await run(server, `create database ${database}`)
  await run(urlOf(null), `grant all on schema public to ${role}`)
})
afterAll(async () => {
  const server = inject('postgresUrl')
  await run(server, `drop database ${database} with (force)`)
  await run(server, `drop role ${role}`)
})

test('a role that may not create the extension is told what is missing, and what was there before stays', async () => {
  expect(await migrated('0003')).toMatchObject({ event: 'current' })
  const [category, product] = [randomUUID(), randomUUID()]
  await run(urlOf(role), `insert into categories (id, name) values ($1, 'Lamps')`, [category])
  await run(
    urlOf(role),
    `insert into products (id, sku, name, description, price, currency, category_id)
     values ($1, 'L-1', 'Brazen lantern', 'Shines.', 1, 'EUR', $2)`,
    [product, category],
  )
  expect(await migrated('9999')).toMatchObject({
    event: 'failed',
    name: '0004_reviews_and_search',
    sqlstate: '42501',
    message: `role ${role} may not create the extension pg_trgm in database ${database}, which the search needs`,
  })

  await run(urlOf(null), 'create extension pg_trgm')
  expect(await migrated('9999')).toMatchObject({ event: 'current' })
  expect(await run(urlOf(role), 'select sku, version from products')).toEqual([{ sku: 'L-1', version: 1 }])
  expect(await run(urlOf(role), 'select word from search_words order by word')).toEqual(
    ['brazen', 'lantern', 'shines'].map((word) => ({ word })),
  )
})

test('a role that owns its database creates the extension itself', async () => {
  await run(urlOf(null), 'drop schema public cascade')
  await run(urlOf(null), `create schema public authorization ${role}`)
  await run(urlOf(null), `alter database ${database} owner to ${role}`)
  expect(await migrated('9999')).toMatchObject({ event: 'current' })
  expect(await run(urlOf(role), `select extname from pg_extension where extname = 'pg_trgm'`)).toHaveLength(1)
})
