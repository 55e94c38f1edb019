import { interruption } from '../../errors/interruption.ts'
import { registryUnreachable } from './registry-failures.ts'

/** One HTTP request as a value. */
export type WireRequest = {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'
  readonly url: URL
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Blob
  readonly timeoutSeconds?: number
}

export type RegistryAnswer = { readonly status: number; readonly headers: Headers; readonly body: Buffer }

const defaultTimeoutSeconds = 30

/** A line must carry at least this much for a transfer not to be taken for dead. */
const slowestBytesPerSecond = 100_000

export const transferTimeoutSeconds = (bytes: number): number =>
  defaultTimeoutSeconds + Math.ceil(bytes / slowestBytesPerSecond)

/** fetch says only "fetch failed": the system's own words are in its causes. */
const wordsOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  // A host with two addresses fails twice.
  if (error instanceof AggregateError && error.errors.length > 0) return wordsOf(error.errors[0])
  return error.cause instanceof Error ? wordsOf(error.cause) : error.message || error.name
}

/** Opens the exchange and leaves the answer's body to the caller. Throws REGISTRY_UNREACHABLE or INTERRUPTED. */
export const openExchange = async (request: WireRequest, signal: AbortSignal): Promise<Response> => {
  const { method, url, headers, body, timeoutSeconds = defaultTimeoutSeconds } = request
  const deadline = AbortSignal.timeout(timeoutSeconds * 1000)
  try {
    return await fetch(url, {
      method,
      headers: { 'user-agent': 'shopctl', ...headers },
      signal: AbortSignal.any([signal, deadline]),
      ...(body === undefined ? {} : { body }),
    })
  } catch (error) {
    throw exchangeFailed(error, { request, signal })
  }
}

export const exchangeFailed = (
  error: unknown,
  { request, signal }: { readonly request: WireRequest; readonly signal: AbortSignal },
): Error => {
  const { method, url, timeoutSeconds = defaultTimeoutSeconds } = request
  if (signal.aborted) return interruption(signal, `talking to ${url.host}`)
  const isLate = error instanceof Error && error.name === 'TimeoutError'
  const words = isLate ? `no answer within ${timeoutSeconds} s` : wordsOf(error)
  // Without the query: a registry's own upload addresses carry signatures there.
  return registryUnreachable(url.host, [`${method} ${url.pathname}: ${words}`], error)
}

/** The whole exchange, with the answer's body in memory. */
export const exchange = async (request: WireRequest, signal: AbortSignal): Promise<RegistryAnswer> => {
  const response = await openExchange(request, signal)
  const bytes = await response.arrayBuffer().catch((error: unknown) => {
    throw exchangeFailed(error, { request, signal })
  })
  return { status: response.status, headers: response.headers, body: Buffer.from(bytes) }
}
