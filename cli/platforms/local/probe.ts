import { hasErrorCode } from '../../errors/has-error-code.ts'

export type ProbeAnswer =
  | { readonly passed: true }
  /** `refused`: nothing listens there. */
  | { readonly passed: false; readonly kind: 'answered' | 'refused' | 'silent'; readonly failure: string }

const probeSeconds = 2

const quoted = (body: string): string => {
  const text = body.replaceAll(/\s+/g, ' ').trim().slice(0, 200)
  return text === '' ? '' : ` (${text})`
}

const notAnswered = (error: unknown, port: number): ProbeAnswer => {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  if (hasErrorCode(cause, 'ECONNREFUSED')) {
    return { passed: false, kind: 'refused', failure: `nothing listens on port ${port}` }
  }
  const failure = cause instanceof Error ? cause.message : String(cause)
  return { passed: false, kind: 'silent', failure: `no answer within ${probeSeconds} s: ${failure}` }
}

/** Asks a process once whether it is ready, in the words of HTTP. */
export const probe = async (port: number, path: string, signal: AbortSignal): Promise<ProbeAnswer> => {
  try {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(probeSeconds * 1000)]),
    })
    const body = await response.text()
    if (response.ok) return { passed: true }
    return { passed: false, kind: 'answered', failure: `GET ${path} answered ${response.status}${quoted(body)}` }
  } catch (error) {
    return notAnswered(error, port)
  }
}
