import { existsSync } from 'node:fs'
import { bundleFile } from '../../../images/bundle-service.ts'
import type { ReleaseRecord } from '../../../releases/release.ts'
import { runTool } from '../../../tools/run-tool.ts'
import { withConnection } from '../admin-connection.ts'
import { manifestOf } from '../local-state.ts'
import type { StatePaths } from '../state-paths.ts'
import { fetchMigrations } from './database-facts.ts'
import type { DumpedDatabase } from './dump-manifest.ts'

export type MigrationsRequest = {
  readonly dumped: DumpedDatabase
  readonly url: string
  readonly paths: StatePaths
  /** Newest first. */
  readonly releases: readonly ReleaseRecord[]
  readonly signal: AbortSignal
}

const migrationSeconds = 120

/** The bundle that was dumped from, then the others from the newest: after a rollback a newer one has migrated more. */
const bundlesOf = ({ dumped, paths, releases }: MigrationsRequest): readonly string[] => {
  const digests = [dumped.digest, ...releases.map((release) => manifestOf(dumped.service, release)?.digest)]
  const known = digests.filter((digest) => digest !== undefined)
  return [...new Set(known)].map((digest) => bundleFile(paths.bundles, digest)).filter((file) => existsSync(file))
}

/**
 * Runs bundles until the database has all migrations that the dump names. What they cannot bring is found by the
 * comparison; a bundle that fails half way has left what it could, and says so there too.
 */
export const migrateRestored = async (request: MigrationsRequest): Promise<void> => {
  const { dumped, url, signal } = request
  for (const bundle of bundlesOf(request)) {
    const env = { MIGRATION_DATABASE_URL: url }
    const call = { program: process.execPath, args: [bundle, 'migrate'], env, timeoutSeconds: migrationSeconds }
    await runTool({ ...call, inherit: 'nothing' }, signal)
    const present = await withConnection(url, signal, fetchMigrations)
    if (dumped.migrations.every((name) => present.includes(name))) return
  }
}
