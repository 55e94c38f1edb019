import type { Dispatcher } from 'undici'
import { edgeProblems } from './edge-problems.ts'
import type { Exchange } from './exchange.ts'
import { answerDropped } from './header-policies.ts'
import { listedByConnection } from './request-head.ts'
import type { Upstream } from './upstream.ts'

type Call = { readonly upstream: Upstream; readonly service: string; readonly call: Dispatcher.DispatchOptions }
type AnswerHeaders = Record<string, string | string[] | undefined>

/** Errors after which a request without a body and without effect may be sent once more. */
const repeatable = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'])
const timedOut = new Set(['UND_ERR_HEADERS_TIMEOUT', 'ETIMEDOUT'])
const refusedByClientLibrary = new Set(['UND_ERR_INVALID_ARG', 'UND_ERR_NOT_SUPPORTED'])

/** Up to this size an answer that arrived in one piece leaves in one piece. */
const oneWriteBytes = 16 * 1024

/** What undici tells about one request, turned into the answer. */
export class UpstreamCall implements Dispatcher.DispatchHandler {
  readonly #exchange: Exchange
  readonly #facts: Call
  #controller: Dispatcher.DispatchController | null = null
  #repeated = false
  #declaredLength = -1
  #whole: Buffer | null = null
  #ended = false

  constructor(exchange: Exchange, facts: Call) {
    this.#exchange = exchange
    this.#facts = facts
  }

  start(): void {
    const { response } = this.#exchange
    const { upstream, call } = this.#facts
    upstream.inFlight += 1
    response.on('close', () => {
      if (!this.#ended) this.#controller?.abort(new Error('the client left'))
    })
    upstream.dispatch(call, this)
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#exchange.response.destroyed) controller.abort(new Error('the client left'))
  }

  onResponseStart(controller: Dispatcher.DispatchController, status: number, headers: AnswerHeaders): void {
    const { response } = this.#exchange
    // 103 and its like: the final head follows.
    if (status < 200 || response.destroyed) return
    response.writeHead(status, this.#exchange.answerHeaders(passedAnswerHeaders(headers)))
    this.#declaredLength = Number(headers['content-length'] ?? -1)
    if (response.writableNeedDrain) this.#waitForClient(controller)
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    const { response } = this.#exchange
    if (response.destroyed) return
    this.#exchange.bytes += chunk.length
    if (chunk.length === this.#declaredLength && chunk.length <= oneWriteBytes) {
      this.#whole = chunk
      return
    }
    if (!response.write(chunk)) this.#waitForClient(controller)
  }

  /** Trailers end here: nothing in the shop sends any, and few clients can read them. */
  onResponseEnd(): void {
    this.#end()
    const { response } = this.#exchange
    if (this.#whole === null) response.end()
    // As a latin1 string, which is byte for byte the same, Node sends head and body in one write.
    else response.end(this.#whole.toString('latin1'), 'latin1')
  }

  onResponseError(_controller: Dispatcher.DispatchController | null, error: Error): void {
    const { response } = this.#exchange
    if (response.destroyed) {
      this.#end()
      return
    }
    if (this.#mayRepeat(error)) {
      this.#repeated = true
      this.#facts.upstream.dispatchFresh(this.#facts.call, this)
      return
    }
    this.#end()
    this.#exchange.noteError(error)
    this.#refuse(codeOf(error))
  }

  #refuse(code: string): void {
    const { service } = this.#facts
    if (refusedByClientLibrary.has(code)) {
      this.#exchange.refuse(edgeProblems.malformed, 'The request cannot be passed on as it is.')
      return
    }
    if (timedOut.has(code)) {
      this.#exchange.refuse(edgeProblems.upstreamTimeout, `The ${service} service did not answer in time.`)
      return
    }
    this.#exchange.refuse(edgeProblems.upstreamUnavailable, `The ${service} service does not answer.`, [
      'retry-after',
      '1',
    ])
  }

  #mayRepeat(error: Error): boolean {
    const { method, body } = this.#facts.call
    const harmless = (method === 'GET' || method === 'HEAD') && body === null
    return harmless && !this.#repeated && !this.#exchange.response.headersSent && repeatable.has(codeOf(error))
  }

  #waitForClient(controller: Dispatcher.DispatchController): void {
    controller.pause()
    this.#exchange.response.once('drain', () => controller.resume())
  }

  #end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#facts.upstream.inFlight -= 1
  }
}

function passedAnswerHeaders(headers: AnswerHeaders): string[] {
  const passed: string[] = []
  const connection = headers.connection
  const listed = listedByConnection(Array.isArray(connection) ? connection.join(',') : connection)
  for (const name in headers) {
    const value = headers[name]
    if (value === undefined || answerDropped.has(name) || listed?.has(name)) continue
    if (typeof value === 'string') passed.push(name, value)
    else for (const each of value) passed.push(name, each)
  }
  return passed
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : ''
}
