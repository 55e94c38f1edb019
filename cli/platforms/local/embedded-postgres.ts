import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { quoteWord } from '../../errors/quote-word.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { toType } from '../../errors/to-type.ts'
import { whenNotWritable } from '../state-not-writable.ts'
import { loopback } from './ports.ts'
import { findPostgresBinaries } from './postgres-binaries.ts'
import { checkCluster, createCluster, dataDirectoryOf } from './postgres-cluster.ts'
import { serverUser } from './postgres-user.ts'
import { clearStalePostmaster, type Postmaster, readPostmaster } from './postmaster.ts'
import { postgresLog, startPostmaster } from './start-postmaster.ts'
import type { StatePaths } from './state-paths.ts'
import { stopProcess } from './stop-process.ts'
import { readOrMakeSecret, readSecret } from './stored-secret.ts'
import { waitUntil } from './wait-until.ts'

const passwordName = 'postgres-admin'
const settleSeconds = 120
const stopSeconds = 30

/** A server on this data that takes connections; null where there is none, after a stop that is under way has ended. */
const settledPostmaster = async (paths: StatePaths, signal: AbortSignal): Promise<Postmaster | null> => {
  const ask = async () => {
    const found = await readPostmaster(dataDirectoryOf(paths))
    if (found === null) return { found }
    return found.status === 'ready' ? { found } : null
  }
  const doing = 'waiting for the local PostgreSQL that is starting or stopping'
  const settled = await waitUntil(ask, { signal, deadlineSeconds: settleSeconds, everyMilliseconds: 20, doing })
  if (settled !== null) return settled.found
  throw new ShopctlError({
    code: 'POSTGRES_NOT_READY',
    outcome: 'unknown',
    what: `The local PostgreSQL has been starting or stopping for ${settleSeconds} s.`,
    fix: [`tail -n 50 ${quoteWord(postgresLog(paths))}`],
  })
}

const passwordLost = (paths: StatePaths): ShopctlError =>
  new ShopctlError({
    code: 'POSTGRES_PASSWORD_LOST',
    outcome: 'refused',
    what: 'The local PostgreSQL has data, and its password is gone.',
    why: [`no file ${join(paths.secrets, passwordName)}`],
    fix: [toType(`down --delete-data --env ${basename(paths.environment)}`)],
  })

const startServer = async (paths: StatePaths, { password, signal }: { password: string; signal: AbortSignal }) => {
  const binaries = findPostgresBinaries(paths.repository)
  const data = dataDirectoryOf(paths)
  const needed = [binaries.postgres, data]
  const user = await serverUser({ uid: process.getuid?.() ?? -1, paths: needed, searchPath: process.env.PATH })
  if (existsSync(data)) await checkCluster(paths, { major: binaries.major, uid: user.uid })
  else await createCluster(paths, { binaries, user, password, signal })
  await clearStalePostmaster(data, signal)
  return startPostmaster({ program: binaries.postgres, user, paths, signal })
}

export type EmbeddedPostgres = { readonly port: number; readonly adminUrl: string }

/** The server on this environment's data: the one that runs, or one that is made and started now. */
export const ensureEmbeddedPostgres = async (paths: StatePaths, signal: AbortSignal): Promise<EmbeddedPostgres> => {
  const hasData = existsSync(dataDirectoryOf(paths))
  if (hasData && (await readSecret(paths.secrets, passwordName)) === null) throw passwordLost(paths)
  const password = await readOrMakeSecret(paths.secrets, passwordName)
  const { port } = (await settledPostmaster(paths, signal)) ?? (await startServer(paths, { password, signal }))
  return { port, adminUrl: `postgres://postgres:${password}@${loopback}:${port}/postgres` }
}

/** Stops the embedded server, whoever is still connected to it. Does nothing where none runs. */
export const stopPostgres = async (paths: StatePaths, signal: AbortSignal): Promise<void> => {
  const running = await readPostmaster(dataDirectoryOf(paths))
  if (running === null) return
  // SIGINT is PostgreSQL's fast shutdown: it ends connections and writes everything out.
  await stopProcess(running, { graceSeconds: stopSeconds, ask: 'SIGINT' }, signal)
}

/** Stops the embedded server and removes its data and what opened it. */
export const deletePostgresData = async (paths: StatePaths, signal: AbortSignal): Promise<void> => {
  await stopPostgres(paths, signal)
  const secret = join(paths.secrets, passwordName)
  for (const path of [paths.postgres, secret]) {
    await rm(path, { recursive: true, force: true }).catch((error: unknown) => {
      throw whenNotWritable(error, path)
    })
  }
}
