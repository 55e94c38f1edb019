import http from 'node:http'
import https from 'node:https'

export type HttpRequest = {
  readonly method: string
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

export type HttpAnswer = {
  readonly status: number
  /** Names in lower case. */
  readonly headers: http.IncomingHttpHeaders
  readonly text: string
}

export type HttpLimits = {
  readonly connectMilliseconds: number
  readonly answerBytes: number
  /** Ends the exchange wherever it is. */
  readonly signal: AbortSignal
}

/** The exchange ended without a whole answer. `sent` says whether the other side may have acted on it. */
export class ExchangeFault extends Error {
  override readonly name = 'ExchangeFault'
  readonly sent: boolean

  constructor(message: string, options: { sent: boolean; cause?: unknown }) {
    super(message, { cause: options.cause })
    this.sent = options.sent
  }
}

export type HttpClient = { exchange(request: HttpRequest, limits: HttpLimits): Promise<HttpAnswer>; close(): void }

/**
 * node:http and not fetch: the service has it loaded already, and it tells a connection that never came about from
 * a request that was sent.
 */
export function httpClient(): HttpClient {
  const settings = { keepAlive: true, maxSockets: 64, maxFreeSockets: 16 }
  const agents = { 'http:': new http.Agent(settings), 'https:': new https.Agent(settings) }
  return {
    exchange(request, limits) {
      const secure = request.url.protocol === 'https:'
      const options = {
        method: request.method,
        headers: request.headers,
        agent: secure ? agents['https:'] : agents['http:'],
        signal: limits.signal,
      }
      const outgoing = secure ? https.request(request.url, options) : http.request(request.url, options)
      return wholeAnswer(outgoing, { body: request.body, limits })
    },
    close() {
      agents['http:'].destroy()
      agents['https:'].destroy()
    },
  }
}

type Exchange = { readonly body: string | undefined; readonly limits: HttpLimits }

function wholeAnswer(outgoing: http.ClientRequest, { body, limits }: Exchange): Promise<HttpAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>()
  let connected = false
  let connecting: NodeJS.Timeout | undefined

  const fail = (cause: Error) => {
    clearTimeout(connecting)
    reject(new ExchangeFault(faultText(cause), { sent: connected, cause }))
  }
  outgoing.on('socket', (socket) => {
    if (!socket.connecting) {
      connected = true
      return
    }
    const limit = limits.connectMilliseconds
    connecting = setTimeout(() => outgoing.destroy(new Error(`no connection within ${limit} ms`)), limit)
    socket.once('connect', () => {
      connected = true
      clearTimeout(connecting)
    })
  })
  outgoing.on('error', fail)
  outgoing.on('response', (incoming) => {
    const chunks: Buffer[] = []
    let bytes = 0
    incoming.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      chunks.push(chunk)
      if (bytes > limits.answerBytes) incoming.destroy(new Error(`answer is over ${limits.answerBytes} bytes`))
    })
    incoming.on('error', fail)
    incoming.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8')
      resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text })
    })
  })
  outgoing.end(body)
  return promise
}

const faultText = (cause: Error): string =>
  cause.name === 'AbortError' || cause.name === 'TimeoutError' ? 'no answer in time' : cause.message || cause.name
