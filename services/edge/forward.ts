import type { TraceSpan } from '../kit/trace-span.ts'
import type { ServiceName } from '../registry.ts'
import { edgeProblems } from './edge-problems.ts'
import type { Exchange } from './exchange.ts'
import type { BoundRelease } from './release-switch.ts'
import { requestBody } from './request-body.ts'
import { UpstreamCall } from './upstream-call.ts'

export type Destination = {
  readonly bound: BoundRelease | null
  readonly service: ServiceName
  readonly target: string
  /** Headers that this listener adds to those of the client. */
  readonly added: readonly string[]
}

/** Passes the request to its service in the release it is bound to, and the answer back. */
export function forward(exchange: Exchange, { bound, service, target, added }: Destination): void {
  exchange.upstream = service
  if (bound === null) {
    exchange.refuse(edgeProblems.noRelease, 'No release is serving; nothing has been deployed yet.', [
      'retry-after',
      '1',
    ])
    return
  }
  exchange.release = bound.release

  const { head, request, method } = exchange
  const headers = exchange.span === undefined ? head.passed : tracedHeaders(head.passed, exchange.span)
  headers.push('x-request-id', exchange.requestId, ...added)
  if (bound.previewToken !== null) headers.push('x-release-preview', bound.previewToken)
  const body = head.hasBody ? requestBody(request) : null
  // `reset: false`: undici would close the connection after every HEAD, for servers that answer it with a body.
  const call = { method, path: target, headers, body, reset: false } as const
  new UpstreamCall(exchange, { upstream: bound.upstreams[service], service, call }).start()
}

/** Our span in the place of the client's, so that the service's is a part of it. */
function tracedHeaders(passed: readonly string[], { traceparent }: TraceSpan): string[] {
  const others = passed.filter((_, index) => passed[index - (index % 2)] !== 'traceparent')
  return [...others, 'traceparent', traceparent]
}
