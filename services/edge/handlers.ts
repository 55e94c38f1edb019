import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ServiceName } from '../registry.ts'
import { edgeProblems } from './edge-problems.ts'
import { Exchange, type ExchangeOptions } from './exchange.ts'
import { forward } from './forward.ts'
import { homeDocument } from './pages.ts'
import { type EdgePage, originForm, publicRoute } from './public-route.ts'
import type { BoundRelease, ReleaseSwitch } from './release-switch.ts'

export type HandlerFacts = Omit<ExchangeOptions, 'listener'> & {
  readonly releases: ReleaseSwitch
  readonly version: string
}

export type Handler = (request: IncomingMessage, response: ServerResponse) => void

/** The public entry: only what is listed in the registry, and the edge's own few pages. */
export function publicHandler(facts: HandlerFacts): Handler {
  const options: ExchangeOptions = { ...facts, listener: 'public' }
  return (request, response) => {
    const exchange = new Exchange(request, response, options)
    const bound = facts.releases.select(exchange.head.previewToken)
    exchange.release = bound?.release ?? null
    const decision = publicRoute(request.url ?? '/')
    exchange.route = decision.route
    if (!namesOneHost(exchange)) {
      exchange.refuse(edgeProblems.malformed, 'The request must name one host.')
      return
    }
    if (decision.kind === 'unknown') {
      exchange.refuse(edgeProblems.notFound, 'Nothing is at this path.')
      return
    }
    if (decision.kind === 'service') {
      const { service, target } = decision
      forward(exchange, { bound, service, target, added: forwardedHeaders(exchange, facts.trustedProxyHops) })
      return
    }
    answerPage(exchange, { ...decision, bound, version: facts.version })
  }
}

/** The stable address of one service for the others: every path passes, also /internal. */
export function internalHandler(service: ServiceName, facts: HandlerFacts): Handler {
  const options: ExchangeOptions = { ...facts, listener: 'internal' }
  return (request, response) => {
    const exchange = new Exchange(request, response, options)
    exchange.route = 'internal'
    const target = originForm(request.url ?? '/')
    if (!target.startsWith('/') || !namesOneHost(exchange)) {
      exchange.refuse(edgeProblems.malformed, 'The request must name one host and a path.')
      return
    }
    const bound = facts.releases.selectBetweenServices(exchange.head.previewToken)
    forward(exchange, { bound, service, target, added: [] })
  }
}

/** RFC 9112, 3.2: HTTP/1.1 has to; two would let two layers see two different hosts. */
function namesOneHost({ head, request }: Exchange): boolean {
  return head.hostCount === 1 || (head.hostCount === 0 && request.httpVersion === '1.0')
}

type PageFacts = {
  readonly page: EdgePage
  readonly code?: string
  readonly bound: BoundRelease | null
  readonly version: string
}

function answerPage(exchange: Exchange, facts: PageFacts): void {
  if (exchange.method !== 'GET' && exchange.method !== 'HEAD') {
    exchange.refuse(edgeProblems.methodNotAllowed, 'This page can only be read.', ['allow', 'GET, HEAD'])
    return
  }
  const { page, bound, version } = facts
  const release = bound?.release ?? null
  if (page === 'home' || page === 'health') {
    const document = page === 'home' ? homeDocument(release) : healthDocument(release, version)
    exchange.answer(200, 'application/json', document)
    return
  }
  answerDescription(exchange, facts).catch((error: unknown) => {
    exchange.noteError(error)
    exchange.refuse(edgeProblems.internal, 'The description of the API could not be made.')
  })
}

/** The API of all services. Whatever makes it is loaded when someone first asks. */
async function answerDescription(exchange: Exchange, { page, code = '', bound }: PageFacts): Promise<void> {
  const serving = servingWords(bound)
  if (bound === null) {
    exchange.refuse(edgeProblems.noRelease, serving, ['retry-after', '1'])
    return
  }
  const [{ keptShopDocument }, { renderShopPage }] = await Promise.all([
    import('./kept-document.ts'),
    import('./shop-document.ts'),
  ])
  const shop = await keptShopDocument(bound, { requestId: exchange.requestId, serving })
  if (shop.missing.length > 0) {
    exchange.noteError(new Error(shop.missing.map(({ service, reason }) => `${service}: ${reason}`).join('; ')))
  }
  if (page === 'openapi') {
    exchange.answer(200, 'application/json', shop.text)
    return
  }
  const html = await renderShopPage(shop.document, { page, code })
  if (html === null) exchange.refuse(edgeProblems.notFound, 'Nothing is at this path.')
  else exchange.answer(200, 'text/html; charset=utf-8', html)
}

function servingWords(bound: BoundRelease | null): string {
  if (bound === null) return 'No release is serving yet.'
  return bound.release === null ? 'The shop is serving.' : `Release ${bound.release} is serving.`
}

function healthDocument(release: number | null, version: string): string {
  const uptime = Math.round(process.uptime())
  return JSON.stringify({ status: 'ok', service: 'edge', version, uptime_seconds: uptime, release })
}

/** What the services may know of the client. Only hops that are trusted add to it; else it starts here. */
function forwardedHeaders(exchange: Exchange, trustedProxyHops: number): string[] {
  const { head, request } = exchange
  const peer = (request.socket.remoteAddress ?? '').replace(/^::ffff:/, '')
  const trusted = trustedProxyHops > 0
  const chain = trusted && head.forwardedFor !== null ? `${head.forwardedFor}, ${peer}` : peer
  const headers = ['x-forwarded-for', chain, 'x-forwarded-proto', exchange.protocol]
  return head.host === null ? headers : [...headers, 'x-forwarded-host', head.host]
}
