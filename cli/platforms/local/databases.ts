import { createDatabases } from './create-databases.ts'
import { type DatabaseUrls, databaseUrls, planDatabases } from './database-plan.ts'
import { areDatabasesMade, writeStamp } from './database-stamp.ts'
import type { PostgresServer } from './postgres.ts'
import type { StatePaths } from './state-paths.ts'

export type DatabasesRequest = {
  readonly server: PostgresServer
  readonly paths: StatePaths
  readonly signal: AbortSignal
}

/**
 * A database for each service and one for the bus, each with an owner for migrations and a role without DDL for the service itself. Makes only
 * what is missing and, on the embedded server, takes no connection where nothing is.
 */
export const ensureDatabases = async (request: DatabasesRequest): Promise<Readonly<Record<string, DatabaseUrls>>> => {
  const { server, paths, signal } = request
  const plans = await planDatabases(server, paths.secrets)
  const stamped = { ...request, plans }
  if (!(await areDatabasesMade(stamped))) await writeStamp(await createDatabases(server, plans, signal), stamped)
  return Object.fromEntries(plans.map((plan) => [plan.service, databaseUrls(server, plan)]))
}
