import { services } from '../../../services/registry.ts'
import type { PostgresServer } from './postgres.ts'
import { readOrMakeSecret } from './stored-secret.ts'

/** One database and its two roles: the owner migrates, the other one cannot change the schema. */
export type DatabasePlan = {
  /** Whose it is: a service's, or `bus`, by which all of them hear of each other's events. */
  readonly service: string
  readonly database: string
  readonly owner: string
  readonly ownerPassword: string
  readonly app: string
  readonly appPassword: string
}

export type DatabaseUrls = { readonly url: string; readonly migrationUrl: string }

/** One server of two must not get the other's passwords. */
const secretName = (server: PostgresServer, role: string) => `database-${server.kind}-${role}`

/** The bus: its content is in the services' outboxes as well, so that no backup has to have it. */
const bus = { name: 'bus', database: 'bus' } as const

type Wanted = { readonly name: string; readonly database: string }

const planDatabase = async (wanted: Wanted, server: PostgresServer, secrets: string): Promise<DatabasePlan> => {
  const database = `${server.prefix}_${wanted.database}`
  const [owner, app] = [`${database}_owner`, `${database}_app`]
  const password = (role: string) => readOrMakeSecret(secrets, secretName(server, role))
  const [ownerPassword, appPassword] = await Promise.all([password(owner), password(app)])
  return { service: wanted.name, database, owner, ownerPassword, app, appPassword }
}

/** What shall be, with the passwords made before or now. */
export const planDatabases = (server: PostgresServer, secrets: string): Promise<readonly DatabasePlan[]> =>
  Promise.all([...Object.values(services), bus].map((wanted) => planDatabase(wanted, server, secrets)))

/** The server's address for one role and database; settings like sslmode stay. */
const addressOf = (server: PostgresServer, who: { database: string; role: string; password: string }): string => {
  const url = new URL(server.adminUrl)
  url.username = who.role
  url.password = who.password
  url.pathname = `/${who.database}`
  return url.href
}

export const databaseUrls = (server: PostgresServer, plan: DatabasePlan): DatabaseUrls => ({
  url: addressOf(server, { database: plan.database, role: plan.app, password: plan.appPassword }),
  migrationUrl: addressOf(server, { database: plan.database, role: plan.owner, password: plan.ownerPassword }),
})
