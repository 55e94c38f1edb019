import type pg from 'pg'
import { asLogin } from './connect.ts'
import type { DatabaseRoles } from './database-roles.ts'
import type { DatabaseSecret, MasterSecret } from './secret-values.ts'

/** Any number of our own: two rotations at once would meet in pg_authid. */
const lock = 7_340_125

/** Where every server has a database to begin in. */
const firstDatabase = 'postgres'

type Work = { readonly secret: DatabaseSecret; readonly master: MasterSecret; readonly roles: DatabaseRoles }

const exists = async (client: pg.Client, sql: string, name: string): Promise<boolean> =>
  (await client.query({ text: sql, values: [name] })).rowCount === 1

const ensureRole = async (client: pg.Client, role: string, words: string): Promise<void> => {
  if (await exists(client, 'select from pg_roles where rolname = $1', role)) return
  await client.query(`create role ${role} ${words}`)
}

const ensureGroups = async (client: pg.Client, { owner, app }: DatabaseRoles): Promise<void> => {
  for (const role of [owner, app]) {
    await ensureRole(client, role, 'nologin')
    // The master of RDS is no superuser: it may only give away, and act as, what it is a member of.
    await client.query(`grant ${role} to current_user`)
  }
}

const ensureDatabase = async (client: pg.Client, { database, owner }: DatabaseRoles): Promise<void> => {
  if (await exists(client, 'select from pg_database where datname = $1', database)) return
  await client.query(`create database ${database} owner ${owner}`)
}

/** The same grants as on the local platform: the owner migrates, the other one cannot change the schema. */
const grants = ({ database, owner, app }: DatabaseRoles): readonly string[] => [
  `set role ${owner}`,
  `revoke all on database ${database} from public`,
  `grant connect on database ${database} to ${app}`,
  `grant usage on schema public to ${app}`,
  `alter default privileges grant usage on schemas to ${app}`,
  `alter default privileges grant select, insert, update, delete on tables to ${app}`,
  `alter default privileges grant usage, select on sequences to ${app}`,
]

/** Does something as the master, one at a time on this server, with the database and its two groups there. */
export const inPreparedDatabase = async (
  { secret, master, roles }: Work,
  act: (client: pg.Client) => Promise<void>,
): Promise<void> =>
  asLogin(secret, { ...master, dbname: firstDatabase }, async (client) => {
    await client.query(`select pg_advisory_lock(${lock})`)
    await ensureGroups(client, roles)
    await ensureDatabase(client, roles)
    await asLogin(secret, { ...master, dbname: roles.database }, async (inside) => {
      for (const sql of grants(roles)) await inside.query(sql)
    })
    await act(client)
  })
