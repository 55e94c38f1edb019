import { ensureEmbeddedPostgres } from './embedded-postgres.ts'
import { checkExternalPostgres } from './external-postgres.ts'
import type { StatePaths } from './state-paths.ts'

export type PostgresServer = {
  readonly kind: 'embedded' | 'external'
  /** Of a user who makes roles and databases. Holds a password: never printed. */
  readonly adminUrl: string
  readonly port: number
  /** Begins the name of each service's database and roles. */
  readonly prefix: string
}

export type PostgresRequest = {
  readonly paths: StatePaths
  /** `DATABASE_URL` in it names the user's own server. */
  readonly environment: NodeJS.ProcessEnv
  readonly signal: AbortSignal
}

/** The database server that the shop stands on: the one that DATABASE_URL names, else an embedded one, started if need be. */
export const ensurePostgres = async ({ paths, environment, signal }: PostgresRequest): Promise<PostgresServer> => {
  const named = environment.DATABASE_URL
  if (named) return { kind: 'external', ...(await checkExternalPostgres(named, signal)) }
  return { kind: 'embedded', prefix: 'shop', ...(await ensureEmbeddedPostgres(paths, signal)) }
}
