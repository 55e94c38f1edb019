import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { catalogService } from '../catalog/catalog-service.ts'
import type { CatalogTables } from '../catalog/schema.ts'
import { runProgram } from '../kit/testing/run-program.ts'
import { type TestDatabase, testDatabase } from '../kit/testing/test-database.ts'
import { hashPassword } from '../users/password-hash.ts'
import type { UsersTables } from '../users/schema.ts'
import { usersService } from '../users/users-service.ts'
import { serviceSettings } from './service-settings.ts'

const folder = fileURLToPath(new URL('../..', import.meta.url))
const nowhere = 'http://127.0.0.1:9'
const settings = serviceSettings({ usersUrl: nowhere, catalogUrl: nowhere })

let users: TestDatabase<UsersTables>
let catalog: TestDatabase<CatalogTables>
beforeAll(async () => {
  users = await testDatabase<UsersTables>(usersService.migrations)
  catalog = await testDatabase<CatalogTables>(catalogService.migrations)
})
afterAll(() => Promise.all([users?.drop(), catalog?.drop()]))

type Asked = { readonly service: 'users' | 'catalog'; readonly words: readonly string[] }

const run = ({ service, words }: Asked, more: Readonly<Record<string, string>> = {}) => {
  const { url } = service === 'users' ? users : catalog
  return runProgram([process.execPath, `services/${service}/main.ts`, 'load-data', ...words], {
    folder,
    environment: { ...settings[service], DATABASE_URL: url, ...more },
  })
}
const answerOf = ({ output }: { readonly output: string }): unknown =>
  output.split('\n').flatMap((line) => (line.startsWith('{"event":"answer"') ? [JSON.parse(line).answer] : []))[0]

const newRun = () => randomBytes(6).toString('hex')

/** As production has them: with those of the tests no service would get as far as to be asked anything. */
const inProduction = () => {
  const secret = () => randomBytes(32).toString('base64url')
  return {
    SHOP_ENV: 'prod',
    PUBLIC_BASE_URL: 'https://shop.test',
    TOKEN_KEY: secret(),
    CURSOR_KEY: secret(),
    SERVICE_CLIENT_SECRET: secret(),
    SMTP_URL: 'smtps://mail.shop.test',
  }
}

test('customers of a run can log in without a mail, and all of its accounts are closed with it, no others', async () => {
  const [one, other] = [newRun(), newRun()]
  const hash = await hashPassword('a word of nobody')
  for (const name of [one, other]) {
    const words = ['make', '--run', name, '--count', '3', '--password-hash', hash]
    const accounts = [0, 1, 2].map((number) => `load-${name}-${number}@shop.example`)
    expect(answerOf(await run({ service: 'users', words }))).toEqual({ accounts })
  }
  const made = await users.kysely.selectFrom('users').select(['email', 'verified', 'password_hash', 'role']).execute()
  expect(made).toHaveLength(6)
  expect(made.every(({ verified, password_hash, role }) => verified && password_hash === hash && role === 'user')).toBe(
    true,
  )
  const remove = ['remove', '--run', one]
  expect(answerOf(await run({ service: 'users', words: remove }))).toEqual({ removed: 3, more: false })
  expect(answerOf(await run({ service: 'users', words: remove }))).toEqual({ removed: 0, more: false })
  const open = await users.kysely.selectFrom('users').select('email').where('deleted_at', 'is', null).execute()
  expect(open.map(({ email }) => email).filter((email) => !email.includes(other))).toEqual([])
  expect(open).toHaveLength(3)
})

test('products of a run are in stock in a category of their own, and leave with it and what was said of them', async () => {
  const name = newRun()
  const made = await run({ service: 'catalog', words: ['make', '--run', name, '--count', '2'] })
  expect(answerOf(made)).toMatchObject({ products: [{ name: 'Load test pan 0' }, { name: 'Load test pan 1' }] })
  const stock = await catalog.kysely.selectFrom('inventory').select(['product_id', 'quantity']).execute()
  expect(stock.map(({ quantity }) => quantity)).toEqual([1_000_000, 1_000_000])
  const productId = stock[0]?.product_id ?? ''
  const review = { id: productId, product_id: productId, user_id: productId, rating: 5, comment: '' }
  await catalog.kysely.insertInto('reviews').values(review).execute()

  const removed = await run({ service: 'catalog', words: ['remove', '--run', name] })
  expect(answerOf(removed)).toEqual({ removed: 2, more: false })
  const left = await catalog.kysely.selectFrom('products').select('id').where('deleted_at', 'is', null).execute()
  const categories = await catalog.kysely.selectFrom('categories').select('id').execute()
  const reviews = await catalog.kysely.selectFrom('reviews').select('id').execute()
  expect([left, categories, reviews]).toEqual([[], [], []])
})

test.each(['users', 'catalog'] as const)(
  'in production %s makes and removes nothing for a load test',
  async (service) => {
    const { exitCode, output } = await run({ service, words: ['remove', '--run', newRun()] }, inProduction())
    expect(exitCode).toBe(78)
    expect(output).toContain('load-data refused: SHOP_ENV is prod')
  },
)

test('words that are none are refused with what they may be', async () => {
  const { exitCode, output } = await run({ service: 'users', words: ['remove', '--run', '%%%%%%%%'] })
  expect(exitCode).toBe(64)
  expect(output).toContain('usage: load-data make')
})
