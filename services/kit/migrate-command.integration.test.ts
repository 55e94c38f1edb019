import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { busMigrations } from './bus/postgres/bus-tables.ts'
import { migrateCommand } from './migrate-command.ts'
import { appliedMigrations } from './migrations.ts'
import { keptLog } from './testing/test-app.ts'
import { type TestDatabase, testDatabase } from './testing/test-database.ts'

let databases: readonly TestDatabase<unknown>[]
beforeAll(async () => {
  databases = await Promise.all(Array.from({ length: 5 }, () => testDatabase<unknown>([])))
})
afterAll(() => Promise.all(databases.map((database) => database.drop())))

const own = [{ name: '0001_own', reversible: true, up: async () => undefined }]
const bus = busMigrations.map(({ name }) => name)
const url = (index: number) => databases[index]?.url ?? ''
async function namesIn(index: number): Promise<readonly string[]> {
  const database = databases[index]
  if (database === undefined) throw new Error('there are five databases')
  return (await appliedMigrations(database.kysely)).map(({ name }) => name)
}

function run(environment: Readonly<Record<string, string>>, ...options: readonly string[]): Promise<number> {
  vi.spyOn(process.stdout, 'write').mockReturnValue(true)
  const source = { environment, readFile: () => '' }
  return migrateCommand({ migrations: own }, { source, options, logger: keptLog().logger })
}

test('the bus is migrated where EVENT_BUS_URL says that it is, by its owner, and several services may do so at once', async () => {
  const settings = {
    DATABASE_URL: url(0),
    EVENT_BUS_URL: 'postgres://nobody@127.0.0.1:1/none',
    MIGRATION_EVENT_BUS_URL: url(1),
  }
  expect(await Promise.all([run(settings), run(settings), run(settings)])).toEqual([0, 0, 0])
  expect(await namesIn(0)).toEqual(['0001_own'])
  expect(await namesIn(1)).toEqual(bus)
})

test('without EVENT_BUS_URL it is in the own database, like the bus of the service itself', async () => {
  expect(await run({ DATABASE_URL: url(2) })).toBe(0)
  expect(await namesIn(2)).toEqual(['0001_own', ...bus].toSorted())
})

test.each([
  ['a bus that is no database', { EVENT_BUS_URL: 'redis://127.0.0.1:1' }],
  ['a database alone, as when it is restored,', {}],
])('%s has no tables to make', async (_, settings) => {
  expect(await run({ MIGRATION_DATABASE_URL: url(3), ...settings })).toBe(0)
  expect(await namesIn(3)).toEqual(['0001_own'])
})

test('what the bus refuses is a failure, and the own database stays as it is', async () => {
  const gone = 'postgres://nobody@127.0.0.1:1/none'
  expect(await run({ DATABASE_URL: url(4), EVENT_BUS_URL: gone })).toBe(1)
  expect(await namesIn(4)).toEqual([])
})
