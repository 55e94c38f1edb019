import { createServer, type Server, type ServerResponse, STATUS_CODES } from 'node:http'
import { type AddressInfo, Server as TcpServer } from 'node:net'
import type { Duplex } from 'node:stream'
import { getRequestListener } from '@hono/node-server'
import type { Logger } from './logging.ts'
import { Problem, type ProblemKind, problemContentType, problems, renderProblem } from './problems.ts'
import { acceptedRequestId } from './request-log.ts'

/** Longer than a load balancer keeps its own connections (60 s), so that it is never the server that hangs up first. */
export const httpLimits = {
  keepAliveTimeout: 65_000,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 16 * 1024,
  // The adapter refuses a missing Host as a problem; Node would answer with an empty body.
  requireHostHeader: false,
} as const

export type HttpLimits = {
  readonly [Name in keyof typeof httpLimits]: (typeof httpLimits)[Name] extends number ? number : boolean
}

type Fetch = (request: Request, bindings: object) => Response | Promise<Response>

export type ShopServer = {
  /** Starts to accept; port 0 picks a free one. Returns the port. */
  listen(address: { readonly host: string; readonly port: number }): Promise<number>
  /** Every answer from now on, also of requests in flight, closes its connection. */
  closeConnectionsAfterAnswer(): void
  /** Stops to accept and waits for requests in flight; returns those it had to cut off. */
  close(options: {
    readonly idleGraceMilliseconds: number
    readonly drainMilliseconds: number
  }): Promise<readonly string[]>
  /** Paths of requests that are not answered yet. */
  inFlight(): readonly string[]
}

export function createShopServer(fetch: Fetch, logger: Logger, limits: HttpLimits = httpLimits): ShopServer {
  const answers = new Set<ServerResponse>()
  let closing = false
  const listener = getRequestListener(fetch, {
    errorHandler: (error) => refused(error, logger),
  })
  const server = createServer({ ...limits }, (incoming, outgoing) => {
    if (closing) outgoing.shouldKeepAlive = false
    answers.add(outgoing)
    outgoing.once('close', () => answers.delete(outgoing))
    return listener(incoming, outgoing)
  })
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) =>
    answerParserError({ error, socket, logger }),
  )

  const inFlight = () => [...answers].map(({ req }) => `${req.method} ${req.url?.split('?')[0]}`)

  return {
    listen: (address) => listen(server, address),
    closeConnectionsAfterAnswer() {
      closing = true
      for (const answer of answers) answer.shouldKeepAlive = false
    },
    async close({ idleGraceMilliseconds, drainMilliseconds }) {
      const closed = new Promise<true>((resolve) => stopAccepting(server, () => resolve(true)))
      // A request may be on its way on a connection that looks idle here; closing at once would lose it.
      const grace = setTimeout(() => server.closeIdleConnections(), idleGraceMilliseconds)
      const { promise: late, resolve } = Promise.withResolvers<false>()
      const deadline = setTimeout(() => resolve(false), drainMilliseconds)
      const inTime = await Promise.race([closed, late])
      clearTimeout(grace)
      clearTimeout(deadline)
      if (inTime) return []
      const cutOff = inFlight()
      server.closeAllConnections()
      return cutOff
    },
    inFlight,
  }
}

/** http.Server.close() would also cut idle connections at once; net.Server's own only stops to accept. */
function stopAccepting(server: Server, done: () => void): void {
  TcpServer.prototype.close.call(server, done)
}

export async function listen(
  server: Server,
  address: { readonly host: string; readonly port: number },
): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen(address.port, address.host, resolve)
  await promise
  server.off('error', reject)
  return portOf(server.address())
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new TypeError('a TCP server has a port')
  return address.port
}

/** What the adapter cannot make a request of: no Host, an invalid one, a target that is no path. */
function refused(error: unknown, logger: Logger): Response {
  const requestId = acceptedRequestId(undefined)
  const reason = error instanceof Error ? error.message : String(error)
  logger.warn({ request_id: requestId, status_code: 400, reason }, 'request refused before routing')
  const body = renderProblem(new Problem(problems.malformed), { path: '/', requestId })
  return new Response(body, {
    status: 400,
    headers: { 'Content-Type': problemContentType, 'X-Request-ID': requestId, Connection: 'close' },
  })
}

type ParserError = {
  readonly error: NodeJS.ErrnoException
  readonly socket: Duplex
  readonly logger: Logger
}

const parserProblems: Readonly<Record<string, ProblemKind>> = {
  HPE_HEADER_OVERFLOW: problems.headersTooLarge,
  ERR_HTTP_REQUEST_TIMEOUT: problems.timeout,
}

function answerParserError({ error, socket, logger }: ParserError): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const requestId = acceptedRequestId(undefined)
  const kind = parserProblems[error.code ?? ''] ?? problems.malformed
  logger.warn({ request_id: requestId, status_code: kind.status, reason: error.message }, 'request not parsed')
  const body = renderProblem(new Problem(kind), { path: '/', requestId })
  socket.end(
    [
      `HTTP/1.1 ${kind.status} ${STATUS_CODES[kind.status]}`,
      `Content-Type: ${problemContentType}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      `X-Request-ID: ${requestId}`,
      'Connection: close',
      '',
      body,
    ].join('\r\n'),
  )
}
