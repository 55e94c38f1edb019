import { basename, join } from 'node:path'
import { quoteWord } from '../../errors/quote-word.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { toType } from '../../errors/to-type.ts'
import { type DetachedProcess, spawnDetached } from '../../tools/spawn-detached.ts'
import { whenNotWritable } from '../state-not-writable.ts'
import { logSize, readLogTail } from './log-tail.ts'
import { isFree, loopback } from './ports.ts'
import { dataDirectoryOf, serverVariables } from './postgres-cluster.ts'
import { asServerUser, type ServerUser } from './postgres-user.ts'
import { type Postmaster, readPostmaster } from './postmaster.ts'
import { choosePort } from './remembered-port.ts'
import type { StatePaths } from './state-paths.ts'
import { stopProcess } from './stop-process.ts'
import { waitUntil } from './wait-until.ts'

const readySeconds = 120
const ports = 3

/** For three small services on a laptop: few helper processes, little memory. What protects the data stays on. */
const settings: Readonly<Record<string, string>> = {
  listen_addresses: loopback,
  unix_socket_directories: '',
  // Two releases side by side, each with three pools, and somebody who looks.
  max_connections: '120',
  shared_buffers: '64MB',
  min_wal_size: '32MB',
  max_wal_size: '256MB',
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_worker_processes: '1',
  max_logical_replication_workers: '0',
  max_parallel_workers: '0',
  io_method: 'sync',
  huge_pages: 'off',
  jit: 'off',
}

export const postgresLog = (paths: StatePaths): string => join(paths.logs, 'postgres.log')

type Attempt = {
  readonly program: string
  readonly user: ServerUser
  readonly paths: StatePaths
  readonly signal: AbortSignal
}

const spawnPostmaster = ({ program, user, paths }: Attempt, port: number): Promise<DetachedProcess> => {
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  const words = asServerUser(user, program, ['-D', dataDirectoryOf(paths), '-p', String(port), ...flags])
  const logFile = postgresLog(paths)
  return spawnDetached({ ...words, env: serverVariables, cwd: '/', logFile }).catch((error) => {
    throw whenNotWritable(error, logFile)
  })
}

/** The server once it takes connections, `ended` where it gave up, null where it does neither in time. */
const waitReady = async (
  started: DetachedProcess,
  { paths, signal }: Attempt,
): Promise<Postmaster | 'ended' | null> => {
  let hasEnded = false
  started.exit.then(() => {
    hasEnded = true
  })
  const ask = async () => {
    if (hasEnded) return 'ended'
    const found = await readPostmaster(dataDirectoryOf(paths))
    return found?.processId === started.processId && found.status === 'ready' ? found : null
  }
  const doing = 'waiting for the local PostgreSQL to start'
  return waitUntil(ask, { signal, deadlineSeconds: readySeconds, everyMilliseconds: 5, doing })
}

const notStarted = (paths: StatePaths, why: readonly string[]): ShopctlError =>
  new ShopctlError({
    code: 'POSTGRES_NOT_STARTED',
    outcome: 'refused',
    what: 'The local PostgreSQL did not start; its data was left as it is.',
    why,
    fix: [
      `tail -n 50 ${quoteWord(postgresLog(paths))}`,
      toType(`down --delete-data --env ${basename(paths.environment)}`),
    ],
  })

const logLines = 8

const startOn = async (port: number, attempt: Attempt): Promise<Postmaster | { readonly why: readonly string[] }> => {
  const after = await logSize(postgresLog(attempt.paths))
  const started = await spawnPostmaster(attempt, port)
  const end = () => stopProcess(started, { graceSeconds: 5, ask: 'SIGINT' }, new AbortController().signal)
  const found = await waitReady(started, attempt).catch(async (error) => {
    await end()
    throw error
  })
  if (found !== null && found !== 'ended') return found
  if (found === null) await end()
  return { why: await readLogTail(postgresLog(attempt.paths), { after, lines: logLines }) }
}

/**
 * Starts a server of its own session on 127.0.0.1 and returns when it takes connections. An interrupted start leaves
 * no server. Throws POSTGRES_NOT_STARTED (refused) with the end of its log.
 */
export const startPostmaster = async (attempt: Attempt): Promise<Postmaster> => {
  for (let left = ports; ; left -= 1) {
    const port = await choosePort(attempt.paths.postgres)
    const outcome = await startOn(port, attempt)
    if ('processId' in outcome) return outcome
    // Between the choice and the start another program may take the port.
    if (left === 1 || (await isFree(port))) throw notStarted(attempt.paths, outcome.why)
  }
}
