import { join } from 'node:path'
import { quoteWord } from '../../errors/quote-word.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import { createDirectory } from '../create-directory.ts'
import { writeFileAtomically } from '../write-file-atomically.ts'
import { checkExternalRedis } from './external-redis.ts'
import { findProgram } from './find-program.ts'
import { logSize, readLogTail } from './log-tail.ts'
import { isFree, loopback } from './ports.ts'
import { isRunning } from './process-identity.ts'
import type { ProcessRecord } from './process-record.ts'
import type { ProcessTable } from './processes.ts'
import { pingRedis } from './redis-ping.ts'
import { choosePort } from './remembered-port.ts'
import type { StatePaths } from './state-paths.ts'
import { readOrMakeSecret } from './stored-secret.ts'
import { waitUntil } from './wait-until.ts'

const service = 'redis'
const readySeconds = 10
const stopSeconds = 10
const ports = 3

export type RedisServer = { readonly url: string }

type OwnRedis = { readonly paths: StatePaths; readonly table: ProcessTable; readonly signal: AbortSignal }

export type RedisRequest = OwnRedis & {
  /** `REDIS_URL` in it names the user's own server; `PATH` is where `redis-server` is looked for. */
  readonly environment: NodeJS.ProcessEnv
}

const urlOf = (password: string, port: number): string => `redis://:${password}@${loopback}:${port}`

const answersAt = async (password: string, port: number): Promise<boolean> =>
  (await pingRedis(new URL(urlOf(password, port)))).answer === 'pong'

/** A cache and a bus: what is lost with the process is fetched or sent again, so nothing is written to disk. */
const renderConfiguration = ({ port, password }: { port: number; password: string }): string =>
  [`bind ${loopback}`, `port ${port}`, `requirepass ${password}`, 'save ""', 'appendonly no', 'databases 1', ''].join(
    '\n',
  )

const listRedis = async (table: ProcessTable) =>
  (await table.list()).processes.filter(({ record }) => record.service === service)

type Start = OwnRedis & { readonly program: string; readonly password: string }

const spawnRedis = async ({ program, password, paths, table, signal }: Start, port: number): Promise<ProcessRecord> => {
  const configuration = join(paths.redis, 'redis.conf')
  // In a file, because arguments are for every user of the machine to read.
  await writeFileAtomically(configuration, renderConfiguration({ port, password }))
  const place = { cwd: paths.redis, logFile: join(paths.logs, 'redis.log'), port, metricsPort: null }
  const facts = { service, digest: null, settingsHash: null, release: null }
  return table.start({ ...facts, ...place, program, args: [configuration], env: { LC_ALL: 'C' } }, signal)
}

const waitReady = async (record: ProcessRecord, { password, signal }: Start): Promise<'ready' | 'ended' | null> => {
  const ask = async () => {
    if (record.port !== null && (await answersAt(password, record.port))) return 'ready'
    return (await isRunning(record)) ? null : 'ended'
  }
  const doing = 'waiting for Redis to start'
  return waitUntil(ask, { signal, deadlineSeconds: readySeconds, everyMilliseconds: 10, doing })
}

const notStarted = (logFile: string, why: readonly string[]): ShopctlError =>
  new ShopctlError({
    code: 'REDIS_NOT_STARTED',
    outcome: 'refused',
    what: 'The local Redis did not start.',
    why,
    fix: [`tail -n 50 ${quoteWord(logFile)}`],
  })

/** Undoes a start of which nothing came. */
const discard = async (record: ProcessRecord, { table }: OwnRedis): Promise<void> => {
  await table.stop(record, { graceSeconds: stopSeconds }, new AbortController().signal)
  await table.forget(record.id)
}

const startRedis = async (start: Start): Promise<RedisServer> => {
  for (let left = ports; ; left -= 1) {
    const port = await choosePort(start.paths.redis)
    const after = await logSize(join(start.paths.logs, 'redis.log'))
    const record = await spawnRedis(start, port)
    const outcome = await waitReady(record, start).catch(async (error) => {
      await discard(record, start)
      throw error
    })
    if (outcome === 'ready') return { url: urlOf(start.password, port) }
    await discard(record, start)
    // Between the choice and the start another program may take the port.
    if (left === 1 || (await isFree(port)))
      throw notStarted(record.logFile, await readLogTail(record.logFile, { after, lines: 8 }))
  }
}

const ensureOwnRedis = async (program: string, own: OwnRedis): Promise<RedisServer> => {
  await createDirectory(own.paths.redis, 'private')
  const password = await readOrMakeSecret(own.paths.secrets, 'redis')
  const listed = await listRedis(own.table)
  for (const { record, alive } of listed) {
    if (alive && record.port !== null && (await answersAt(password, record.port)))
      return { url: urlOf(password, record.port) }
  }
  for (const { record } of listed) await discard(record, own)
  return startRedis({ ...own, program, password })
}

/** The user's own Redis, else one that is started where `redis-server` is on PATH, else null: the shop does without. */
export const ensureRedis = async ({ environment, ...own }: RedisRequest): Promise<RedisServer | null> => {
  if (environment.REDIS_URL) return checkExternalRedis(environment.REDIS_URL)
  const program = await findProgram('redis-server', environment.PATH)
  return program === null ? null : ensureOwnRedis(program, own)
}

/** Stops the Redis that shopctl started. Does nothing where none runs. */
export const stopRedis = async ({ table, signal }: Pick<OwnRedis, 'table' | 'signal'>): Promise<void> => {
  for (const { record } of await listRedis(table)) {
    await table.stop(record, { graceSeconds: stopSeconds }, signal)
    await table.forget(record.id)
  }
}
