import { randomBytes } from 'node:crypto'
import pg from 'pg'

/** As a service has it in production: it may change rows and nothing else. */
export type RuntimeRole = {
  readonly url: string
  /** Once what it may use is gone. */
  drop(): Promise<void>
}

export async function createRuntimeRole(ownerUrl: string, serverUrl: string): Promise<RuntimeRole> {
  const name = `runtime_${randomBytes(6).toString('hex')}`
  const password = randomBytes(12).toString('hex')
  await run(ownerUrl, [
    `create role ${name} login password '${password}'`,
    `grant select, insert, update, delete on all tables in schema public to ${name}`,
    `grant usage, select on all sequences in schema public to ${name}`,
  ])
  const url = new URL(ownerUrl)
  url.username = name
  url.password = password
  return { url: url.href, drop: () => run(serverUrl, [`drop role ${name}`]) }
}

async function run(url: string, statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    for (const statement of statements) await client.query(statement)
  } finally {
    await client.end()
  }
}
