import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { createLogger } from '../kit/logging.ts'
import { openTracing } from '../kit/open-tracing.ts'
import { readSettings, renderFaults } from '../kit/settings.ts'
import { createAccessLog } from './access-log.ts'
import { type Edge, EdgeRefused, startEdge } from './edge.ts'
import { LineBuffer } from './line-buffer.ts'
import { edgeSettings } from './settings.ts'

/** How long a line may wait for others that are written with it. */
const flushMilliseconds = 50
/** A collector that is slow does not hold up the end. */
const lastSpansMilliseconds = 1_000
const stream = new LineBuffer()
const flush = () => stream.flush()
process.on('exit', flush)

const source = { environment: process.env, readFile: (path: string) => readFileSync(path, 'utf8') }
const reading = readSettings(edgeSettings, source)
if (!reading.ok) {
  createLogger({ service: 'edge', version: 'unversioned', level: 'info' }, stream).fatal(renderFaults(reading.faults))
  process.exit(78)
}

const { settings } = reading
const facts = {
  service: 'edge',
  version: settings.SERVICE_VERSION,
  level: settings.LOG_LEVEL,
  namespace: settings.NAMESPACE,
  pod: settings.POD_NAME,
}
const logger = createLogger(facts, stream)
setInterval(flush, flushMilliseconds).unref()

const tracing = await openTracing({ longName: 'edge' }, settings)
let edge: Edge | null = null
process.on('uncaughtException', (error) => end(error))
process.on('unhandledRejection', (error) => end(error))
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => onSignal(signal))

try {
  const logAccess = createAccessLog(stream, { facts, level: settings.LOG_LEVEL })
  edge = await startEdge({ settings, logger, logAccess, tracing })
} catch (error) {
  logger.fatal({ error }, 'did not start')
  process.exit(error instanceof EdgeRefused ? 78 : 1)
}
flush()
const inTime = await edge.stopped
if (tracing !== undefined) await Promise.race([tracing.close(), delay(lastSpansMilliseconds)])
logger.info({ all_requests_ended: inTime }, 'stopped')
// Without a code of our own: a fault has set one.
process.exit()

function onSignal(signal: string): void {
  logger.info({ signal }, 'stopping')
  for (const again of ['SIGTERM', 'SIGINT'] as const) process.once(again, () => process.exit(1))
  if (edge === null) process.exit(0)
  void edge.stop()
}

/** What nobody expected: said with its stack, requests get a chance to end, and the exit code tells. */
function end(error: unknown): void {
  logger.fatal({ error }, 'ended by a fault')
  process.exitCode = 1
  if (edge === null) process.exit(1)
  void edge.stop()
}
