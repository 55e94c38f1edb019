import type { LoggedError } from '../kit/logging.ts'

/** Where lines go: to the same stream as the logger's, gathered so that a line does not cost a system call. */
export type LineSink = { write(line: string): void }

export type AccessFacts = {
  readonly service: string
  readonly version: string
  readonly namespace?: string | undefined
  readonly pod?: string | undefined
}

export type AccessEntry = {
  readonly requestId: string
  readonly listener: string
  readonly method: string
  readonly path: string
  readonly route: string
  readonly statusCode: number
  readonly durationMilliseconds: number
  readonly bytes: number
  readonly ip: string
  readonly upstream: string | null
  readonly release: number | null
  readonly error: LoggedError | null
  /** complete: every byte was handed over; left: the client did not wait for it. */
  readonly end: 'complete' | 'left'
}

export type AccessLevel = 'INFO' | 'WARN' | 'ERROR'
export type LogAccess = (entry: AccessEntry) => void

const messages = { complete: 'request', left: 'the client left' } as const
const slowMilliseconds = 1_000
const ranks: Readonly<Record<string, number>> = { debug: 0, info: 1, warn: 2, error: 3, fatal: 4 }
const rankOf: Readonly<Record<AccessLevel, number>> = { INFO: 1, WARN: 2, ERROR: 3 }

/**
 * Writes one line a request. Not through pino: its redaction walks every line, and these fields are a closed list
 * that holds no header, no body and no query.
 */
export function createAccessLog(
  sink: LineSink,
  options: { readonly facts: AccessFacts; readonly level: string },
): LogAccess {
  const { service, version, namespace, pod } = options.facts
  const base = JSON.stringify({ service, version, namespace, pod }).slice(1, -1)
  const least = ranks[options.level] ?? 1
  return (entry) => {
    const level = accessLevel(entry)
    if (rankOf[level] < least) return
    sink.write(renderAccessLine(entry, `{"level":"${level}",${base},"timestamp":"${new Date().toISOString()}"`))
  }
}

export function accessLevel(entry: Pick<AccessEntry, 'statusCode' | 'durationMilliseconds' | 'error'>): AccessLevel {
  if (entry.statusCode >= 500 || entry.error !== null) return 'ERROR'
  return entry.durationMilliseconds > slowMilliseconds ? 'WARN' : 'INFO'
}

function renderAccessLine(entry: AccessEntry, start: string): string {
  const upstream = entry.upstream === null ? '' : `,"upstream":"${entry.upstream}"`
  const release = entry.release === null ? '' : `,"release":${entry.release}`
  const error = entry.error === null ? '' : `,"error":${JSON.stringify(entry.error)}`
  // Only path and method come from outside; the request id has a pattern, the rest is ours.
  return (
    `${start},"request_id":"${entry.requestId}","listener":"${entry.listener}",` +
    `"method":${JSON.stringify(entry.method)},"path":${JSON.stringify(entry.path)},"route":"${entry.route}",` +
    `"status_code":${entry.statusCode},"duration_ms":${entry.durationMilliseconds.toFixed(1)},` +
    `"bytes":${entry.bytes},"ip":${JSON.stringify(entry.ip)}${upstream}${release}${error},"message":"${messages[entry.end]}"}\n`
  )
}
