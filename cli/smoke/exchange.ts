import { randomUUID } from 'node:crypto'
import type { EntryPoint } from '../platforms/platform.ts'

/** A request as a value. */
export type Ask = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

export type Answer = {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

export type Exchange = {
  /** Null where none came, or broke off. */
  readonly answer: Answer | null
  /** Why none came, in the network's own words; null where one did. */
  readonly silence: string | null
  /** By which the logs of the shop know it: also where no answer came. */
  readonly requestId: string
}

export type ExchangeRequest = {
  readonly entry: EntryPoint
  readonly seconds: number
  /** Its reason is thrown: then nobody waits for the answer any more. */
  readonly signal: AbortSignal
  readonly fetch?: typeof fetch | undefined
  /** In place of a deadline of its own. */
  readonly deadline?: AbortSignal | undefined
}

const wordsOf = (error: unknown): string =>
  error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error)

/** One request through the entry point, never repeated, and what came of it. */
export const exchange = async (asked: Ask, request: ExchangeRequest): Promise<Exchange> => {
  const { entry, seconds, signal } = request
  const { method, path, headers = {}, body } = asked
  const ask = request.fetch ?? fetch
  const deadline = request.deadline ?? AbortSignal.timeout(Math.ceil(seconds * 1000))
  const sent = `smoke-${randomUUID()}`
  const typed = body === undefined ? {} : { 'content-type': 'application/json' }
  try {
    const response = await ask(new URL(path, entry.url), {
      method,
      headers: { accept: 'application/json', 'x-request-id': sent, ...typed, ...entry.headers, ...headers },
      signal: AbortSignal.any([deadline, signal]),
      redirect: 'manual',
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const answer = { status: response.status, headers: response.headers, text: await response.text() }
    return { answer, silence: null, requestId: response.headers.get('x-request-id') ?? sent }
  } catch (error) {
    signal.throwIfAborted()
    const silence = deadline.aborted ? `no answer within ${seconds} s` : wordsOf(error)
    return { answer: null, silence, requestId: sent }
  }
}
