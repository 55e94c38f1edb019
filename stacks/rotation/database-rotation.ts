import { randomBytes } from 'node:crypto'
import type pg from 'pg'
import { asLogin } from './connect.ts'
import { type DatabaseRoles, databaseRoles, otherLogin } from './database-roles.ts'
import { inPreparedDatabase } from './prepare-database.ts'
import type { Rotation } from './rotation.ts'
import { kindOfError, RotationFailed } from './rotation-failed.ts'
import { scramVerifier } from './scram-verifier.ts'
import { type DatabaseSecret, parseDatabaseSecret, parseMasterSecret } from './secret-values.ts'

/** SQLSTATE of a login that is not there or has another password. */
const refusedLogin: ReadonlySet<string> = new Set(['28P01', '28000'])

/** Letters that need no quotes in SQL, in a URL and in a shell. */
const newPassword = (): string => randomBytes(24).toString('base64url')

type Account = { readonly group: string; readonly username: string; readonly password: string }

/** The login of the services, and the one that migrates. */
const accountsOf = (secret: DatabaseSecret, { owner, app }: DatabaseRoles): readonly Account[] => {
  const { username, password, migration_username: migrator, migration_password: migratorPassword } = secret
  const service = { group: app, username, password }
  if (migrator === undefined || migratorPassword === undefined) return [service]
  return [service, { group: owner, username: migrator, password: migratorPassword }]
}

/** Whether it logs in and acts as its group. Throws where the server cannot be asked. */
const works = async (secret: DatabaseSecret, { group, ...account }: Account): Promise<boolean> => {
  const question = { text: "select pg_has_role($1, $2, 'member') as member", values: [account.username, group] }
  try {
    const answer = await asLogin(secret, { ...account, dbname: secret.dbname }, (client) => client.query(question))
    return answer.rows[0]?.member === true
  } catch (error) {
    const kind = kindOfError(error)
    // 3D000, 42501: the database is not there yet, or lets nobody in yet.
    if (refusedLogin.has(kind) || kind === '3D000' || kind === '42501') return false
    throw new RotationFailed(`the database server did not answer as ${account.username}: ${kind}`)
  }
}

const sessionsOf = async (client: pg.Client, login: string): Promise<number> => {
  const text = 'select count(*)::int as sessions from pg_stat_activity where usename = $1'
  const sessions: unknown = (await client.query({ text, values: [login] })).rows[0]?.sessions
  return typeof sessions === 'number' ? sessions : 0
}

/** Gives one login its new password; the login of pods that still run is never taken away from them. */
const setLogin = async (client: pg.Client, { group, username, password }: Account, owner: string): Promise<void> => {
  const sessions = await sessionsOf(client, username)
  if (sessions > 0) {
    throw new RotationFailed(
      `${username} still has ${sessions} sessions: pods run with the login before the current one, so deploy first`,
    )
  }
  const found = await client.query({ text: 'select from pg_roles where rolname = $1', values: [username] })
  if (found.rowCount === 0) await client.query(`create role ${username} nologin`)
  await client.query(`grant ${group} to ${username}`)
  // What it makes while it migrates belongs to the group, so that the other login may change it later.
  if (group === owner) await client.query(`alter role ${username} set role = ${owner}`)
  await client.query(`alter role ${username} login password '${scramVerifier(password)}'`)
}

const checkNames = (accounts: readonly Account[]): void => {
  for (const { group, username } of accounts) {
    if (username !== `${group}_a` && username !== `${group}_b`)
      throw new RotationFailed('the pending value names a login that is none of ours')
  }
}

/** A service's database on RDS. The first rotation makes the database and its roles: nobody has to do it by hand. */
export const databaseRotation: Rotation = {
  async create(versions) {
    const text = await versions.readCurrent()
    if (text === null) throw new RotationFailed('the secret has no value yet: `shopctl infra up` puts the first there')
    const current = parseDatabaseSecret(text)
    const { owner, app } = databaseRoles(current.dbname)
    return JSON.stringify({
      ...current,
      username: otherLogin(app, current.username),
      password: newPassword(),
      migration_username: otherLogin(owner, current.migration_username),
      migration_password: newPassword(),
    })
  },

  async set(pending, versions) {
    const secret = parseDatabaseSecret(pending)
    const roles = databaseRoles(secret.dbname)
    const accounts = accountsOf(secret, roles)
    checkNames(accounts)
    const left: Account[] = []
    for (const account of accounts) if (!(await works(secret, account))) left.push(account)
    if (left.length === 0) return
    const master = parseMasterSecret(await versions.readOther(secret.masterarn))
    await inPreparedDatabase({ secret, master, roles }, async (client) => {
      for (const account of left) await setLogin(client, account, roles.owner)
    }).catch((error: unknown) => {
      if (error instanceof RotationFailed) throw error
      throw new RotationFailed(`the master could not prepare ${roles.database}: ${kindOfError(error)}`)
    })
  },

  async test(pending) {
    const secret = parseDatabaseSecret(pending)
    for (const account of accountsOf(secret, databaseRoles(secret.dbname))) {
      if (!(await works(secret, account))) throw new RotationFailed(`${account.username} cannot log in yet`)
    }
  },
}
