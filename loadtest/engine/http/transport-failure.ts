import type { FailureClass, Outcome } from '../record/outcome.ts'

export type TransportFailure = { readonly outcome: Outcome; readonly reason: string | null }

const classes: Readonly<Record<string, FailureClass | 'timed_out'>> = {
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  ECONNABORTED: 'reset',
  UND_ERR_SOCKET: 'reset',
  UND_ERR_INFO: 'reset',
  ECONNREFUSED: 'refused',
  EHOSTUNREACH: 'refused',
  ENETUNREACH: 'refused',
  ENOTFOUND: 'dns',
  EAI_AGAIN: 'dns',
  ETIMEDOUT: 'timed_out',
  UND_ERR_CONNECT_TIMEOUT: 'timed_out',
  UND_ERR_HEADERS_TIMEOUT: 'timed_out',
  UND_ERR_BODY_TIMEOUT: 'timed_out',
  EMFILE: 'local',
  ENFILE: 'local',
  ENOBUFS: 'local',
  EADDRNOTAVAIL: 'local',
  UND_ERR_INVALID_ARG: 'local',
}

/** Where a parser found no HTTP, or TLS no certificate that it believes. */
const restClass: FailureClass = 'protocol'

/** By the code, never by the text. */
export const transportFailure = (error: unknown): TransportFailure => {
  const code = codeOf(error)
  const found = classes[code] ?? restClass
  if (found === 'timed_out') return { outcome: 'timed_out', reason: null }
  return { outcome: 'failed', reason: `${found} ${code}` }
}

const codeOf = (error: unknown): string => {
  // Node tries the addresses of a name one after the other, and throws all their errors as one.
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0])
  if (!(error instanceof Error)) return 'unknown'
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name
}
