import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { addressBehind } from '../kit/client-address.ts'
import { type LoggedError, renderError } from '../kit/logging.ts'
import type { SpanOutcome, TraceSpan, Tracing } from '../kit/trace-span.ts'
import type { LogAccess } from './access-log.ts'
import { type EdgeProblem, renderProblem } from './edge-problems.ts'
import { type RequestHead, readRequestHead } from './request-head.ts'

export type ExchangeOptions = {
  readonly listener: 'public' | 'internal' | 'control'
  readonly trustedProxyHops: number
  readonly logAccess: LogAccess
  readonly tracing?: Tracing | undefined
  /** Whether clients are told to close their connection after this answer. */
  saysFarewell(): boolean
}

/** Only over TLS, where alone it counts (RFC 6797, 7.2): for a year this shop is not asked without. */
const transportSecurity = ['strict-transport-security', 'max-age=31536000']

/** One request and its answer, from the head until the last byte or the client's leaving: one access line. */
export class Exchange {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly head: RequestHead
  readonly requestId: string
  readonly method: string
  readonly path: string
  readonly ip: string
  /** How the client came, by its own word only where a hop before us is trusted. */
  readonly protocol: 'http' | 'https'
  /** Where tracing is on. */
  readonly span: TraceSpan | undefined
  route = 'unmatched'
  upstream: string | null = null
  release: number | null = null
  bytes = 0
  readonly #options: ExchangeOptions
  readonly #startedAt = performance.now()
  #error: LoggedError | null = null

  constructor(request: IncomingMessage, response: ServerResponse, options: ExchangeOptions) {
    this.request = request
    this.response = response
    this.#options = options
    this.head = readRequestHead(request.rawHeaders, options.listener === 'public' ? 'public' : 'internal')
    this.requestId = this.head.requestId ?? randomUUID()
    this.method = request.method ?? 'GET'
    this.path = pathOf(request.url ?? '/')
    const { trustedProxyHops } = options
    const forwardedFor = this.head.forwardedFor ?? undefined
    this.ip = addressBehind({ peer: request.socket.remoteAddress, forwardedFor, trustedProxyHops }) ?? ''
    this.protocol = trustedProxyHops > 0 && this.head.forwardedProtocol === 'https' ? 'https' : 'http'
    this.span = options.listener === 'control' ? undefined : startSpan(request, options.tracing)
    response.on('close', () => this.#end())
    // A write that meets a connection just closed is not news; the close is what counts.
    response.on('error', () => undefined)
  }

  /** Header names and values for an answer, and what the edge says on every one. */
  answerHeaders(headers: string[]): string[] {
    headers.push('x-request-id', this.requestId, 'x-content-type-options', 'nosniff')
    if (this.protocol === 'https') headers.push(...transportSecurity)
    if (this.release !== null) headers.push('x-shop-release', String(this.release))
    if (this.#options.saysFarewell()) headers.push('connection', 'close')
    return headers
  }

  answer(status: number, contentType: string, body: string): void {
    this.bytes = Buffer.byteLength(body)
    const headers = ['content-type', contentType, 'content-length', String(this.bytes), 'cache-control', 'no-store']
    this.response.writeHead(status, this.answerHeaders(headers))
    this.response.end(body)
  }

  /** A problem where nothing has been answered yet, else the connection is cut, so that half is not taken for whole. */
  refuse(problem: EdgeProblem, detail: string, headers: readonly string[] = []): void {
    if (this.response.headersSent) {
      this.response.destroy()
      return
    }
    const body = renderProblem(problem, { detail, path: this.path, requestId: this.requestId })
    this.bytes = Buffer.byteLength(body)
    const own = ['content-type', 'application/problem+json', 'content-length', String(this.bytes)]
    this.response.writeHead(problem.status, this.answerHeaders([...own, 'cache-control', 'no-store', ...headers]))
    this.response.end(body)
  }

  /** What the access line says about a failure. */
  noteError(error: unknown): void {
    const { stack: _, ...facts } = renderError(error)
    this.#error = facts
  }

  #end(): void {
    const { response } = this
    // 499 as nginx has it: the client left before there was an answer.
    const statusCode = response.headersSent ? response.statusCode : 499
    this.span?.end(this.#outcome(statusCode))
    this.#options.logAccess({
      requestId: this.requestId,
      listener: this.#options.listener,
      method: this.method,
      path: this.path,
      route: this.route,
      statusCode,
      durationMilliseconds: performance.now() - this.#startedAt,
      bytes: this.method === 'HEAD' ? 0 : this.bytes,
      ip: this.ip,
      upstream: this.upstream,
      release: this.release,
      error: this.#error,
      end: response.writableFinished || this.#error !== null ? 'complete' : 'left',
    })
  }

  #outcome(statusCode: number): SpanOutcome {
    const { route, requestId } = this
    return {
      name: `${this.method} ${route}`,
      attributes: {
        'http.route': route,
        'http.response.status_code': statusCode,
        'shop.request_id': requestId,
      },
      ...(statusCode >= 500 ? { failure: new Error(String(statusCode)) } : {}),
    }
  }
}

function startSpan({ method = 'GET', headers }: IncomingMessage, tracing: Tracing | undefined): TraceSpan | undefined {
  const { traceparent } = headers
  return tracing?.startRequest({ method, traceparent: typeof traceparent === 'string' ? traceparent : undefined })
}

/** Without the query, which may hold what no log should. */
function pathOf(target: string): string {
  const queryAt = target.indexOf('?')
  return queryAt < 0 ? target : target.slice(0, queryAt)
}
