import { randomBytes } from 'node:crypto'
import type { Kysely } from 'kysely'
import pg from 'pg'
import { Registry } from 'prom-client'
import { inject } from 'vitest'
import { openDatabase } from '../database.ts'
import { migrate } from '../migrate.ts'
import type { ServiceMigration } from '../migrations.ts'
import type {} from './postgres-for-tests.ts'

export type TestDatabase<Tables> = {
  readonly url: string
  readonly kysely: Kysely<Tables>
  /** Closes the pool and drops the database, whoever else is connected. */
  drop(): Promise<void>
}

/** A database of its own for a test file, migrated. Races need as many connections as contenders: 20 by default. */
export async function testDatabase<Tables>(
  migrations: readonly ServiceMigration[],
  { poolSize = 20 }: { readonly poolSize?: number } = {},
): Promise<TestDatabase<Tables>> {
  const name = `test_${randomBytes(8).toString('hex')}`
  await onServer(`create database ${name}`)
  const url = withDatabase(inject('postgresUrl'), name)
  for await (const event of migrate({ url, migrations, mode: 'apply' })) {
    if (event.event === 'failed') throw new Error(`${event.name}: ${event.message}`)
  }
  const database = openDatabase<Tables>({
    url,
    poolSize,
    applicationName: name,
    metrics: new Registry(),
    onConnectionError: () => undefined,
  })
  return {
    url,
    kysely: database.kysely,
    async drop() {
      await database.close()
      await onServer(`drop database ${name} with (force)`)
    },
  }
}

function withDatabase(serverUrl: string, name: string): string {
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return url.href
}

async function onServer(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: inject('postgresUrl') })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}
