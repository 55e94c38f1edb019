import { BrokenCircuitError, CircuitState } from 'cockatiel'
import type { z } from 'zod'
import { ExchangeFault, type HttpAnswer, type HttpRequest, httpClient } from './http-exchange.ts'
import type { Logger } from './logging.ts'
import { parseJson } from './parse-json.ts'
import type { PeerMetrics } from './peer-metrics.ts'
import type { PeerPolicy } from './peer-policies.ts'
import { PeerFault, peerBreaker, peerRetry } from './peer-resilience.ts'
import { Problem, problems } from './problems.ts'
import { requestScope } from './request-scope.ts'
import type { TraceSpan } from './trace-span.ts'

export type PeerOptions = {
  /** The short name: a label of metrics, and in the sentence that a client reads. */
  readonly name: string
  readonly url: string
  readonly policy: PeerPolicy
  readonly metrics: PeerMetrics
  readonly logger: Logger
}

export type PeerCall<Answer> = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  /** What the request at hand carries on: forwardedHeaders() of kit/routes.ts. */
  readonly forwarded: Readonly<Record<string, string>>
  /** The caller's own header, only where the peer must know who asks. */
  readonly authorization?: string
  readonly body?: unknown
  /** `repeatable`: doing it twice is doing it once, so a try that failed may be made again. */
  readonly effect: 'repeatable' | 'once'
  /** Every answer that the caller can deal with, as `{ status, body }`. Any other counts as none. */
  readonly answers: z.ZodType<Answer>
  /** Ends the call before the policy does. */
  readonly signal?: AbortSignal
}

export type Peer = {
  /** Throws PeerUnavailable when no answer that the call names comes in time. */
  call<Answer>(call: PeerCall<Answer>): Promise<Answer>
  /** Rejects while the breaker is open. Asks the peer nothing, so that probes do not spread through the shop. */
  check(): Promise<void>
  close(): void
}

/** A 503 for whoever asked us. */
export class PeerUnavailable extends Problem {
  /** False when the peer certainly never saw the request. */
  readonly mayHaveActed: boolean

  constructor(peer: string, facts: { mayHaveActed: boolean; retryAfterSeconds: number; cause: unknown }) {
    super(problems.unavailable, {
      detail: `${peer} does not answer now`,
      headers: { 'retry-after': String(facts.retryAfterSeconds) },
      cause: facts.cause,
    })
    this.mayHaveActed = facts.mayHaveActed
  }
}

/** The peer answered below 500, but not as planned: one of us is mistaken, and asking again would not help. */
class UnplannedAnswer extends Error {
  override readonly name = 'UnplannedAnswer'
}

type Reading<Answer> = { readonly answer: Answer } | { readonly unplanned: UnplannedAnswer }

/** The way to another service, with deadlines, repeats and a breaker as its policy says. One for each peer. */
export function openPeer({ name, url, policy, metrics, logger }: PeerOptions): Peer {
  const client = httpClient()
  const retry = peerRetry(policy)
  const breaker = peerBreaker(policy, (state) => {
    metrics.setBreaker(name, state)
    logger.warn({ peer: name, breaker: state }, 'breaker changed')
  })
  metrics.watch(name)

  async function tryOnce<Answer>(call: PeerCall<Answer>, signal: AbortSignal): Promise<Reading<Answer>> {
    const stop = metrics.startTry(name)
    const attributes = { 'http.request.method': call.method, 'server.address': new URL(url).hostname }
    const span = requestScope()?.span?.child(`${call.method} ${name}`, { kind: 'client', attributes })
    try {
      const answer = await client.exchange(requestOf(call, { url, span }), { ...policy, signal })
      const reading = readAnswer(call, answer)
      stop('answer' in reading ? 'answered' : 'unplanned')
      span?.end({ attributes: { 'http.response.status_code': answer.status } })
      return reading
    } catch (cause) {
      span?.end({ failure: cause })
      const by = call.signal?.aborted === true ? 'caller' : 'peer'
      stop(by === 'caller' ? 'abandoned' : 'failed')
      const sent = cause instanceof ExchangeFault ? cause.sent : true
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new PeerFault(`${call.method} ${call.path}: ${reason}`, { sent, by, cause })
    }
  }

  function unavailable(cause: unknown, facts: { readonly call: PeerCall<unknown>; readonly mayHaveActed: boolean }) {
    const refused = cause instanceof BrokenCircuitError
    if (refused) metrics.countRefused(name)
    logger.warn({ peer: name, request_id: facts.call.forwarded['x-request-id'], error: cause }, 'peer gave no answer')
    const retryAfterSeconds = refused ? Math.ceil(policy.breaker.probeAfterMilliseconds / 1_000) : 1
    return new PeerUnavailable(name, { mayHaveActed: facts.mayHaveActed, retryAfterSeconds, cause })
  }

  return {
    async call(call) {
      const total = AbortSignal.timeout(policy.totalMilliseconds)
      const signal = call.signal === undefined ? total : AbortSignal.any([total, call.signal])
      let mayHaveActed = false
      const guardedTry = async () => {
        signal.throwIfAborted()
        return breaker
          .execute(() => tryOnce(call, signal), signal)
          .catch((error: unknown) => {
            mayHaveActed ||= error instanceof PeerFault && error.sent
            throw error
          })
      }
      try {
        const reading = await (call.effect === 'repeatable' ? retry.execute(guardedTry, signal) : guardedTry())
        if ('answer' in reading) return reading.answer
        mayHaveActed = true
        throw reading.unplanned
      } catch (cause) {
        throw unavailable(cause, { call, mayHaveActed })
      }
    },
    async check() {
      if (breaker.state === CircuitState.Open) throw new Error(`calls to ${name} are refused, its breaker is open`)
    },
    close: () => client.close(),
  }
}

type Way = { readonly url: string; readonly span: TraceSpan | undefined }

function requestOf(call: PeerCall<unknown>, { url: baseUrl, span }: Way): HttpRequest {
  const body = call.body === undefined ? undefined : JSON.stringify(call.body)
  return {
    method: call.method,
    url: new URL(baseUrl + call.path),
    headers: {
      accept: 'application/json',
      ...call.forwarded,
      ...(span === undefined ? {} : { traceparent: span.traceparent }),
      ...(call.authorization === undefined ? {} : { authorization: call.authorization }),
      ...(body === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(body)) }),
    },
    body,
  }
}

/** Throws what counts against the peer: 5xx, and garbage where it claims success. */
function readAnswer<Answer>({ answers }: PeerCall<Answer>, { status, text }: HttpAnswer): Reading<Answer> {
  if (status >= 500) throw new Error(`answered ${status}`)
  const parsed = answers.safeParse({ status, body: parseJson(text) })
  if (parsed.success) return { answer: parsed.data }
  const issue = parsed.error.issues[0]
  const unplanned = new UnplannedAnswer(
    `answered ${status}, not as planned: ${issue?.path.join('.')} ${issue?.message}`,
  )
  if (status < 400) throw unplanned
  return { unplanned }
}
