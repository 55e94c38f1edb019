import type { Client } from 'pg'
import { z } from 'zod'
import { withConnection } from './admin-connection.ts'
import { type DatabasePlan, databaseUrls } from './database-plan.ts'
import type { PostgresServer } from './postgres.ts'
import { scramVerifier } from './scram-verifier.ts'

const found = z.array(z.object({ name: z.string(), oid: z.number() }))

/** Name → the number that a server gives to a database or role: dropped and made again it has another one. */
export type FoundObjects = Readonly<Record<string, number>>

export const fetchObjects = async (client: Client, plans: readonly DatabasePlan[]): Promise<FoundObjects> => {
  const { rows } = await client.query(
    `select datname as name, oid from pg_database where datname = any($1)
     union all select rolname, oid from pg_roles where rolname = any($2)`,
    [plans.map((plan) => plan.database), plans.flatMap((plan) => [plan.owner, plan.app])],
  )
  return Object.fromEntries(found.parse(rows).map(({ name, oid }) => [name, oid]))
}

type Role = { readonly name: string; readonly password: string; readonly exists: boolean }

const applyRole = async (client: Client, { name, password, exists }: Role): Promise<void> => {
  const verb = exists ? 'alter' : 'create'
  const verifier = client.escapeLiteral(await scramVerifier(password))
  await client.query(`${verb} role ${client.escapeIdentifier(name)} login password ${verifier}`)
}

/** Run by the owner in its own database. Whatever a migration makes later, the other role may use and not change. */
const grants = (app: string, database: string): string => `
  revoke all on database ${database} from public;
  grant connect on database ${database} to ${app};
  grant usage on schema public to ${app};
  grant select, insert, update, delete on all tables in schema public to ${app};
  -- What migrations have taken away again stays away.
  do $$ begin
    if to_regclass('public.audit_logs') is not null then
      revoke update, delete, truncate on audit_logs from ${app};
    end if;
  end $$;
  grant usage, select on all sequences in schema public to ${app};
  alter default privileges grant usage on schemas to ${app};
  alter default privileges grant select, insert, update, delete on tables to ${app};
  alter default privileges grant usage, select on sequences to ${app};`

/** Makes what is missing of one service's database and gives its roles the passwords of the plan. */
const createDatabase = async (client: Client, plan: DatabasePlan, existing: FoundObjects): Promise<void> => {
  const [database, owner] = [client.escapeIdentifier(plan.database), client.escapeIdentifier(plan.owner)]
  await applyRole(client, { name: plan.owner, password: plan.ownerPassword, exists: plan.owner in existing })
  await applyRole(client, { name: plan.app, password: plan.appPassword, exists: plan.app in existing })
  if (plan.database in existing) return
  // Who is no superuser must belong to a role to give it a database.
  await client.query(`grant ${owner} to current_user`)
  await client.query(`create database ${database} owner ${owner}`)
}

/** Makes all databases and roles that are missing. Running it again after it broke off anywhere completes it. */
export const createDatabases = async (
  server: PostgresServer,
  plans: readonly DatabasePlan[],
  signal: AbortSignal,
): Promise<FoundObjects> => {
  const objects = await withConnection(server.adminUrl, signal, async (client) => {
    const existing = await fetchObjects(client, plans)
    for (const plan of plans) await createDatabase(client, plan, existing)
    return fetchObjects(client, plans)
  })
  await Promise.all(
    plans.map((plan) =>
      withConnection(databaseUrls(server, plan).migrationUrl, signal, (client) =>
        client.query(grants(client.escapeIdentifier(plan.app), client.escapeIdentifier(plan.database))),
      ),
    ),
  )
  return objects
}
