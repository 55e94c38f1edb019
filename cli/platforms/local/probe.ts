import { hasErrorCode } from '../../errors/has-error-code.ts'
import { askLoopback } from './ask-loopback.ts'

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
  if (hasErrorCode(error, 'ECONNREFUSED')) {
    return { passed: false, kind: 'refused', failure: `nothing listens on port ${port}` }
  }
  return { passed: false, kind: 'silent', failure: error instanceof Error ? error.message : String(error) }
}

/** Asks a process once whether it is ready, in the words of HTTP. */
export const probe = async (port: number, path: string, signal: AbortSignal): Promise<ProbeAnswer> => {
  try {
    const { status, body } = await askLoopback({ port, method: 'GET', path, seconds: probeSeconds }, signal)
    if (status >= 200 && status < 300) return { passed: true }
    return { passed: false, kind: 'answered', failure: `GET ${path} answered ${status}${quoted(body)}` }
  } catch (error) {
    return notAnswered(error, port)
  }
}
