import { expect, test } from 'vitest'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { parseDatabaseUrl } from './database-url.ts'

test.each([
  ['postgres://me:secret@db.example:6432/shop', { prefix: 'shop', port: 6432, password: 'secret' }],
  ['postgresql://me:p%40ss@db.example/my_shop?sslmode=require', { prefix: 'my_shop', port: 5432, password: 'p@ss' }],
  ['postgres://me@db.example', { prefix: 'shop', port: 5432, password: '' }],
  ['postgres://me@db.example/postgres', { prefix: 'shop' }],
])('%s is read', (text, expected) => {
  expect(parseDatabaseUrl(text)).toMatchObject(expected)
})

test.each([
  'localhost:5432',
  'not a url canary',
  'mysql://me:canary@db/shop',
  'postgres:///shop',
  'postgres://:canary@db/shop',
  'postgres://me:canary%zz@db/shop',
  'postgres://me:canary@db:99999/shop',
  'postgres://me:canary@db/Shop-1',
  `postgres://me:canary@db/${'x'.repeat(60)}`,
])('%s is refused and not repeated', (text) => {
  const read = () => parseDatabaseUrl(text)
  expect(read).toThrow(ShopctlError)
  try {
    read()
  } catch (error) {
    expect(error).toMatchObject({ code: 'DATABASE_URL_INVALID', outcome: 'refused' })
    expect(JSON.stringify(error)).not.toContain('canary')
  }
})
