import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { LogLine, LogRequest } from '../platform.ts'
import { followLog } from './follow-log.ts'
import { readLogTail } from './log-tail.ts'

/** One process wrote one log; the log outlives the process and its record. */
export type ServiceLog = {
  readonly service: string
  /** The release that started the process; it may serve in later ones too. */
  readonly release: number
  readonly file: string
}

const kept = 20

/** `<service>-<release>-<when>.log`: sorts by time within a service. */
export const logFileName = (service: string, release: number, when: Date): string =>
  `${service}-${String(release).padStart(6, '0')}-${when.toISOString().replaceAll(/[:.]/g, '-')}.log`

/** What the services stand on goes on through all releases, each in one file. */
const foundationLogs: ReadonlySet<string> = new Set(['edge', 'postgres', 'redis'])

const parseName = (directory: string, name: string): readonly ServiceLog[] => {
  const [foundation = ''] = name.split('.')
  if (foundationLogs.has(foundation)) return [{ service: foundation, release: 0, file: join(directory, name) }]
  const match = /^([a-z]+)-(\d{6,})-[\dTZ-]+\.log$/.exec(name)
  const [, service, release] = match ?? []
  if (service === undefined || release === undefined) return []
  return [{ service, release: Number(release), file: join(directory, name) }]
}

/** Oldest first. */
export const listLogs = async (directory: string): Promise<readonly ServiceLog[]> => {
  const names = await readdir(directory).catch(() => [])
  return names.sort().flatMap((name) => parseName(directory, name))
}

/** Keeps the newest logs of each service. */
export const pruneLogs = async (directory: string): Promise<void> => {
  const logs = Map.groupBy(await listLogs(directory), ({ service }) => service)
  const old = [...logs.values()].flatMap((own) => own.slice(0, -kept))
  await Promise.all(old.map(({ file }) => rm(file, { force: true })))
}

/** The log that served in a release is the newest one begun in it or before; `previous` is the one before that. */
export const chooseLogs = (
  logs: readonly ServiceLog[],
  { services, release, previous }: Pick<LogRequest, 'services' | 'release' | 'previous'>,
): readonly ServiceLog[] =>
  services.flatMap((service) => {
    const own = logs.filter((log) => log.service === service && (release === null || log.release <= release))
    return previous ? own.slice(-2, -1) : own.slice(-1)
  })

async function* merged(sources: readonly AsyncIterator<LogLine>[]): AsyncIterable<LogLine> {
  const next = (source: AsyncIterator<LogLine>) => source.next().then((result) => ({ source, result }))
  const waiting = new Map(sources.map((source) => [source, next(source)]))
  while (waiting.size > 0) {
    const { source, result } = await Promise.race(waiting.values())
    if (result.done === true) {
      waiting.delete(source)
      continue
    }
    waiting.set(source, next(source))
    yield result.value
  }
}

async function* oneLog({ service, release, file }: ServiceLog, request: LogRequest): AsyncGenerator<LogLine> {
  const instance = release === 0 ? service : `release ${release}`
  const named = (text: string): LogLine => ({ service, instance, text })
  for (const text of await readLogTail(file, { after: 0, lines: request.tailLines })) yield named(text)
  if (!request.follow) return
  for await (const text of followLog(file, request.signal)) yield named(text)
}

/** One log after the other, or all at once where they are followed. */
export async function* readLogs(logs: readonly ServiceLog[], request: LogRequest): AsyncIterable<LogLine> {
  const chosen = chooseLogs(logs, request)
  if (request.follow) {
    yield* merged(chosen.map((log) => oneLog(log, request)))
    return
  }
  for (const log of chosen) yield* oneLog(log, request)
}
