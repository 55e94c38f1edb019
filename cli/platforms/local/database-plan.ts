import { type ServiceFacts, services } from '../../../services/registry.ts'
import type { PostgresServer } from './postgres.ts'
import { readOrMakeSecret } from './stored-secret.ts'

/** One service's database and its two roles: the owner migrates, the other one cannot change the schema. */
export type DatabasePlan = {
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

const planDatabase = async (facts: ServiceFacts, server: PostgresServer, secrets: string): Promise<DatabasePlan> => {
  const database = `${server.prefix}_${facts.database}`
  const [owner, app] = [`${database}_owner`, `${database}_app`]
  const password = (role: string) => readOrMakeSecret(secrets, secretName(server, role))
  const [ownerPassword, appPassword] = await Promise.all([password(owner), password(app)])
  return { service: facts.name, database, owner, ownerPassword, app, appPassword }
}

/** What shall be, with the passwords made before or now. */
export const planDatabases = (server: PostgresServer, secrets: string): Promise<readonly DatabasePlan[]> =>
  Promise.all(Object.values(services).map((facts) => planDatabase(facts, server, secrets)))

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
