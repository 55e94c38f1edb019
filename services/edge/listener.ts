import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, ListenOptions } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { edgeProblems } from './edge-problems.ts'
import type { Handler } from './handlers.ts'
import type { Timeouts } from './timeouts.ts'
import { answerUnparsed, type OpenExchanges, type UnparsedFacts } from './unparsed-request.ts'

export type Listener = { readonly name: string; readonly server: Server; readonly port: number }

const takeoverMilliseconds = 15_000

type PortClaim = {
  readonly host: string
  readonly port: number
  /** exclusive: nobody else may listen there; shared: next to the edge that this one replaces or that replaces it. */
  readonly access: 'exclusive' | 'shared'
}

export type ListenerOptions = PortClaim & {
  readonly name: string
  readonly handler: Handler
  readonly timeouts: Timeouts
  readonly warn: UnparsedFacts['warn']
  onHandlerFault(error: unknown): void
}

/** Listens, or rejects with the reason that the system gives (EADDRINUSE). */
export async function openListener(options: ListenerOptions): Promise<Listener> {
  const { name, timeouts } = options
  const exchanges: OpenExchanges = new WeakMap()
  const unparsed = { exchanges, warn: options.warn }
  const server = createServer({
    keepAliveTimeout: timeouts.idleClientMilliseconds,
    headersTimeout: timeouts.clientHeadMilliseconds,
    requestTimeout: timeouts.clientRequestMilliseconds,
    connectionsCheckingInterval: 1_000,
    // An Upgrade that is not taken up is an ordinary request (RFC 9110, 7.8); curl sends `Upgrade: h2c` by itself.
    shouldUpgradeCallback: () => false,
    noDelay: true,
    // The handlers ask for it and answer with a problem; Node would answer with nothing.
    requireHostHeader: false,
  })
  server.on('request', (request, response) => {
    exchanges.set(request.socket, { request, response })
    handle(request, { response, options })
  })
  server.on('clientError', (error, socket) => answerUnparsed(socket, { ...unparsed, error }))
  server.on('connect', (_request, socket) => {
    const facts = { problem: edgeProblems.methodNotAllowed, detail: 'The edge is no forward proxy.' }
    answerUnparsed(socket, { ...unparsed, ...facts })
  })
  server.on('checkExpectation', (_request, response) => {
    const facts = { problem: edgeProblems.expectationFailed, detail: 'Only 100-continue can be expected.' }
    answerUnparsed(response.socket, { ...unparsed, ...facts })
  })
  await listen(server, options)
  return { name, server, port: portOf(server.address()) }
}

/** A fault in a handler costs its one request, not the process. */
function handle(
  request: IncomingMessage,
  { response, options }: { response: ServerResponse; options: ListenerOptions },
): void {
  try {
    options.handler(request, response)
  } catch (error) {
    options.onHandlerFault(error)
    response.destroy()
  }
}

async function listen(server: Server, { host, port, access }: PortClaim): Promise<void> {
  if (port === 0) return listening(server, { host, port })
  // With a shared port the system would let a second edge of the same user in without a word, so that is asked first.
  if (access === 'exclusive') await refuseTakenPort(host, port)
  try {
    await listening(server, { host, port, reusePort: true })
  } catch (error) {
    if (!hasCode(error, 'ENOTSUP')) throw error
    await listenInTurn(server, { host, port, access })
  }
}

async function refuseTakenPort(host: string, port: number): Promise<void> {
  const probe = createServer()
  await listening(probe, { host, port })
  await new Promise((resolve) => probe.close(resolve))
}

/** Where the system cannot share a port (macOS), a replacement waits until the edge before it has closed. */
async function listenInTurn(server: Server, { host, port, access }: PortClaim): Promise<void> {
  const deadline = performance.now() + takeoverMilliseconds
  for (;;) {
    try {
      return await listening(server, { host, port })
    } catch (error) {
      const waits = access === 'shared' && hasCode(error, 'EADDRINUSE') && performance.now() < deadline
      if (!waits) throw error
      await delay(10)
    }
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}

function listening(server: Server, options: ListenOptions): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen(options, () => {
    server.off('error', reject)
    resolve()
  })
  return promise
}

function portOf(address: AddressInfo | string | null): number {
  return typeof address === 'object' && address !== null ? address.port : 0
}
