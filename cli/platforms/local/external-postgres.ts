import { z } from 'zod'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { withConnection } from './admin-connection.ts'
import { missingRights, sqlState } from './database-failure.ts'
import { parseDatabaseUrl } from './database-url.ts'

/** Since 15 not everybody may create tables in a new database. */
const oldestMajor = 15

const factsQuery = `
  select current_setting('server_version_num')::int / 10000 as major, rolname as name,
    rolsuper or rolcreaterole as "createsRoles", rolsuper or rolcreatedb as "createsDatabases"
  from pg_roles where rolname = current_user`

const factsSchema = z.object({
  major: z.number(),
  name: z.string(),
  createsRoles: z.boolean(),
  createsDatabases: z.boolean(),
})

type Facts = z.infer<typeof factsSchema>

const fetchFacts = (url: string, signal: AbortSignal): Promise<Facts> =>
  withConnection(url, signal, async (client) => factsSchema.parse((await client.query(factsQuery)).rows[0]))

const invalidCatalogName = '3D000'

/** The path names what the shop's databases begin with; a database of that very name need not exist. */
const fetchFactsAnywhere = async (url: URL, signal: AbortSignal): Promise<{ facts: Facts; adminUrl: string }> => {
  const maintenance = new URL(url)
  maintenance.pathname = '/postgres'
  if (url.pathname.length < 2) return { facts: await fetchFacts(maintenance.href, signal), adminUrl: maintenance.href }
  try {
    return { facts: await fetchFacts(url.href, signal), adminUrl: url.href }
  } catch (error) {
    if (!(error instanceof ShopctlError) || sqlState(error.cause) !== invalidCatalogName) throw error
  }
  return { facts: await fetchFacts(maintenance.href, signal), adminUrl: maintenance.href }
}

const tooOld = (place: string, major: number): ShopctlError =>
  new ShopctlError({
    code: 'DATABASE_TOO_OLD',
    outcome: 'refused',
    what: `The database server at ${place} is PostgreSQL ${major}; the shop needs ${oldestMajor} or newer.`,
    fix: ['unset DATABASE_URL'],
  })

export type ExternalPostgres = { readonly adminUrl: string; readonly port: number; readonly prefix: string }

/**
 * Checks that DATABASE_URL leads to a server on which this user may make roles and databases. Changes nothing.
 * Throws DATABASE_URL_INVALID, DATABASE_TOO_OLD, DATABASE_RIGHTS_MISSING or those of `withConnection`, all refused.
 */
export const checkExternalPostgres = async (text: string, signal: AbortSignal): Promise<ExternalPostgres> => {
  const { url, port, prefix } = parseDatabaseUrl(text)
  const { facts, adminUrl } = await fetchFactsAnywhere(url, signal)
  const place = `${url.hostname}:${port}`
  if (facts.major < oldestMajor) throw tooOld(place, facts.major)
  const missing = [
    ...(facts.createsRoles ? [] : [`role "${facts.name}" has no CREATEROLE`]),
    ...(facts.createsDatabases ? [] : [`role "${facts.name}" has no CREATEDB`]),
  ]
  if (missing.length > 0) throw missingRights(place, missing)
  return { adminUrl, port, prefix }
}
