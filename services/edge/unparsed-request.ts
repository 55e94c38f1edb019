import { randomUUID } from 'node:crypto'
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { type EdgeProblem, edgeProblems, renderProblem } from './edge-problems.ts'

/** The exchange that each connection is in. */
export type OpenExchanges = WeakMap<Duplex, { readonly request: IncomingMessage; readonly response: ServerResponse }>

export type UnparsedFacts = {
  readonly exchanges: OpenExchanges
  warn(fields: Readonly<Record<string, unknown>>, message: string): void
}

type Refusal = UnparsedFacts & ({ readonly error: Error } | { readonly problem: EdgeProblem; readonly detail: string })

/** Closing with unread bytes resets the connection, and the client would lose the answer; so they are read a while. */
const lingerMilliseconds = 1_000
const refused = new WeakSet<Duplex>()

/** Answers what Node's parser or its timeouts refused, for which there is no response object, and closes. */
export function answerUnparsed(socket: Duplex | null, refusal: Refusal): void {
  if (socket === null || refused.has(socket)) return
  const code = 'error' in refusal ? codeOf(refusal.error) : ''
  if (code === 'ECONNRESET' || !socket.writable || belongsToAnother(refusal.exchanges, socket)) {
    socket.destroy()
    return
  }
  refused.add(socket)
  const requestId = randomUUID()
  const { problem, detail } = 'error' in refusal ? problemOf(code) : refusal
  refusal.warn({ request_id: requestId, status_code: problem.status, code }, `refused a request: ${problem.title}`)
  const body = renderProblem(problem, { detail, path: '', requestId })
  const head = [
    `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}`,
    'content-type: application/problem+json',
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${requestId}`,
    'x-content-type-options: nosniff',
    'cache-control: no-store',
    'connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`)
  const linger = setTimeout(() => socket.destroy(), lingerMilliseconds)
  socket.once('close', () => clearTimeout(linger))
}

/** Whether what is written now would be taken for the answer, or a part of the answer, to an earlier request. */
function belongsToAnother(exchanges: OpenExchanges, socket: Duplex): boolean {
  const open = exchanges.get(socket)
  if (open === undefined || open.response.writableFinished) return false
  return open.request.complete || open.response.headersSent
}

function problemOf(code: string): { problem: EdgeProblem; detail: string } {
  if (code === 'HPE_HEADER_OVERFLOW') {
    return { problem: edgeProblems.headersTooLarge, detail: 'The headers are more than 16 KiB.' }
  }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') {
    return { problem: edgeProblems.requestTimeout, detail: 'The request did not arrive in time.' }
  }
  return { problem: edgeProblems.malformed, detail: 'This is not HTTP/1.1 as RFC 9112 describes it.' }
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : ''
}
