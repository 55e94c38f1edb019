import { type DestinationStream, destination, type Logger, pino } from 'pino'

export type { Logger } from 'pino'

export type LoggerFacts = {
  readonly service: string
  readonly version: string
  readonly level: string
  readonly namespace?: string | undefined
  readonly pod?: string | undefined
}

/** Fields that never reach a log, at the top and one level down. */
const secrets = ['password', 'token', 'access_token', 'refresh_token', 'authorization', 'secret', 'cookie']

/** Both write at once, so that the last lines before an exit are there. */
export const standardOutput = (): DestinationStream => destination({ fd: 1, sync: true })
export const standardError = (): DestinationStream => destination({ fd: 2, sync: true })

/** One JSON object a line. */
export function createLogger(
  facts: LoggerFacts,
  stream: DestinationStream = destination({ fd: 1, sync: true }),
): Logger {
  return pino(
    {
      level: facts.level,
      base: { service: facts.service, version: facts.version, namespace: facts.namespace, pod: facts.pod },
      messageKey: 'message',
      errorKey: 'error',
      timestamp: () => `,"timestamp":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label.toUpperCase() }) },
      serializers: { error: renderError },
      redact: { paths: secrets.flatMap((name) => [name, `*.${name}`]), censor: '[redacted]' },
    },
    stream,
  )
}

export type LoggedError = { type: string; code?: string; message: string; stack?: string }

export function renderError(error: unknown): LoggedError {
  if (!(error instanceof Error)) return { type: typeof error, message: String(error) }
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {}
  return {
    type: error.name,
    ...code,
    message: error.message,
    ...(error.stack ? { stack: stackWithCauses(error) } : {}),
  }
}

function stackWithCauses(error: Error): string {
  const cause = error.cause instanceof Error ? `\nCaused by: ${stackWithCauses(error.cause)}` : ''
  return `${error.stack}${cause}`
}
