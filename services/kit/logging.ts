import { type DestinationStream, destination, type Logger, pino } from 'pino'

export type { Logger } from 'pino'

export type LoggerFacts = {
  readonly service: string
  readonly version: string
  readonly level: string
  readonly namespace?: string | undefined
  readonly pod?: string | undefined
}

/** Fields that never reach a log, at the top and two levels down, however they are cased. */
const secretField =
  /password|passwd|token|secret|authorization|cookie|api[_-]?key|private[_-]?key|signing[_-]?key|card_?number|cvc/i
/** Named like a secret and none: what kind of token, how long it lives. */
const harmlessField = /^(token_type|token_issuer|password_hash_in_flight)$/i

/** Anywhere in a line: credentials in a URL, a bearer token, a JWT, a token in a query. */
const secretTexts: readonly (readonly [RegExp, string])[] = [
  [/(\/\/[^/\s:@"\\]*):(?:[^/\s@"\\]|\\.)+@/g, '$1:[redacted]@'],
  [/\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi, '$1 [redacted]'],
  [/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, '[redacted]'],
  // What the mailer has cut to its first six characters helps to find a mail, and nobody to use it.
  [/([?&;#](?:[\w-]*token|key|code|secret|password|signature)=)(?![\w-]{1,6}…)[^&\s"'#\\]+/gi, '$1[redacted]'],
]
const mayHoldSecret = /\/\/|bearer|basic|eyJ|[?&;#]/i

/** The same line where it holds no secret. What is put in or left out is never a quote, so it stays one JSON object. */
function redactedLine(line: string): string {
  if (!mayHoldSecret.test(line)) return line
  return secretTexts.reduce((clean, [pattern, shown]) => clean.replaceAll(pattern, shown), line)
}

/** Both write at once, so that the last lines before an exit are there. */
export const standardOutput = (): DestinationStream => destination({ fd: 1, sync: true })
export const standardError = (): DestinationStream => destination({ fd: 2, sync: true })

/** One JSON object a line. */
export function createLogger(facts: LoggerFacts, stream: DestinationStream = standardOutput()): Logger {
  return pino(
    {
      level: facts.level,
      base: { service: facts.service, version: facts.version, namespace: facts.namespace, pod: facts.pod },
      messageKey: 'message',
      errorKey: 'error',
      timestamp: () => `,"timestamp":"${new Date().toISOString()}"`,
      // Not pino's own `redact`: its wildcards cost eight times the line.
      formatters: { level: (label) => ({ level: label.toUpperCase() }), log: (fields) => redacted(fields, 2) },
      hooks: { streamWrite: redactedLine },
      serializers: { error: renderError },
    },
    stream,
  )
}

type Fields = Record<string, unknown>

/** The same object where it holds no secret, so that most lines cost nothing. */
function redacted(fields: Fields, levels: number): Fields {
  let clean = fields
  for (const [name, value] of Object.entries(fields)) {
    const shown = isSecret(name, value) ? '[redacted]' : redactedWithin(value, levels)
    if (shown !== value) clean = { ...clean, [name]: shown }
  }
  return clean
}

function isSecret(name: string, value: unknown): boolean {
  if (typeof value === 'number' || typeof value === 'boolean' || value === undefined) return false
  const known = secretNames.get(name)
  if (known !== undefined) return known
  const secret = secretField.test(name) && !harmlessField.test(name)
  if (secretNames.size < 1_000) secretNames.set(name, secret)
  return secret
}

const secretNames = new Map<string, boolean>()

function redactedWithin(value: unknown, levels: number): unknown {
  return levels > 0 && isFields(value) ? redacted(value, levels - 1) : value
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !(value instanceof Error)
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
