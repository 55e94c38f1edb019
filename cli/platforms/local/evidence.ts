import type { Evidence } from '../../releases/release.ts'
import { readLogTail } from './log-tail.ts'
import { probe } from './probe.ts'
import type { ListedProcess } from './processes.ts'

const logLines = 50

type EvidenceRequest = {
  readonly service: string
  readonly reason: string
  /** The newest process of the service in the release; undefined where none was started. */
  readonly process: ListedProcess | undefined
  readonly readyPath: string
  /** A service may say its own settings in its last words. */
  readonly redact: (text: string) => string
}

/** What is left of a service that failed, before its process is stopped. Logs and exit codes outlive the process. */
export const collectEvidence = async (request: EvidenceRequest): Promise<Evidence> => {
  const { service, process, readyPath, redact } = request
  const reason = redact(request.reason)
  const collectedAt = new Date().toISOString()
  if (process === undefined) {
    const events = [`${service}: no process was started`]
    return { service, reason, lastLogs: [], previousLogs: [], probeFailures: [], events, collectedAt }
  }
  const { record, alive } = process
  const answer = alive && record.port !== null ? await probe(record.port, readyPath, AbortSignal.timeout(3000)) : null
  const ended = record.exit === undefined ? [] : [`${record.exit.at} process ${record.processId} ended`]
  return {
    service,
    reason,
    exitCode: record.exit?.code ?? null,
    signal: record.exit?.signal ?? null,
    lastLogs: (await readLogTail(record.logFile, { after: 0, lines: logLines })).map(redact),
    previousLogs: [],
    probeFailures: answer === null || answer.passed ? [] : [redact(answer.failure)],
    events: [`${record.startedAt} process ${record.processId} started on port ${record.port}`, ...ended],
    collectedAt,
  }
}
