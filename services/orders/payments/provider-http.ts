import { BrokenCircuitError, CircuitState } from 'cockatiel'
import { ExchangeFault, type HttpAnswer, type HttpClient, type HttpRequest } from '../../kit/http-exchange.ts'
import type { Logger } from '../../kit/logging.ts'
import type { PeerMetrics } from '../../kit/peer-metrics.ts'
import { PeerFault, peerBreaker, peerRetry } from '../../kit/peer-resilience.ts'
import { requestScope } from '../../kit/request-scope.ts'
import { type ProviderName, ProviderUnavailable } from './provider.ts'
import type { ProviderPolicy } from './provider-policy.ts'

/** Repeatable, all of them: each carries a key by which the provider knows it again, or only asks. */
export type ProviderRequest = HttpRequest & { readonly moves: 'money' | 'nothing' }

/** One call of the provider's interface: all its requests together have the policy's time. */
export type Operation = {
  /** An answer below 500, within the time and after so many tries as the policy allows; else ProviderUnavailable. */
  exchange(request: ProviderRequest): Promise<HttpAnswer>
  /** The same end for what is made of the answers. */
  inTime<Value>(value: Promise<Value>): Promise<Value>
  /** The provider has answered, and not as planned: one of us is mistaken. */
  unplanned(answer: { readonly status: number; readonly reason: string }): ProviderUnavailable
}

export type ProviderHttp = {
  begin(caller: AbortSignal): Operation
  check(): Promise<void>
  close(): void
}

export type ProviderHttpParts = {
  readonly name: ProviderName
  /** For metrics and the log, where it is not the way to the provider's payments. */
  readonly peer?: string
  readonly client: HttpClient
  readonly policy: ProviderPolicy
  readonly metrics: PeerMetrics
  readonly logger: Logger
}

/** The way to a provider. Nothing of a request's headers or body reaches a log or an error. */
export function openProviderHttp(parts: ProviderHttpParts): ProviderHttp {
  const { name, peer = name, client, policy, metrics, logger } = parts
  const retry = peerRetry(policy)
  const breaker = peerBreaker(policy, (state) => {
    metrics.setBreaker(peer, state)
    logger.warn({ peer, breaker: state }, 'breaker changed')
  })
  metrics.watch(peer)

  async function tryOnce(request: ProviderRequest, { caller, signal }: Deadlines): Promise<HttpAnswer> {
    const stop = metrics.startTry(peer)
    const attributes = { 'http.request.method': request.method, 'server.address': request.url.hostname }
    const span = requestScope()?.span?.child(`${request.method} ${peer}`, { kind: 'client', attributes })
    const limit = AbortSignal.any([signal, AbortSignal.timeout(policy.tryMilliseconds)])
    try {
      const answer = await client.exchange(request, { ...policy, signal: limit })
      refuseNoAnswer(answer)
      stop('answered')
      span?.end({ attributes: { 'http.response.status_code': answer.status } })
      return answer
    } catch (cause) {
      span?.end({ failure: cause })
      const by = caller.aborted ? 'caller' : 'peer'
      stop(by === 'caller' ? 'abandoned' : 'failed')
      const sent = cause instanceof ExchangeFault ? cause.sent : true
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new PeerFault(`${request.method} ${request.url.pathname}: ${reason}`, { sent, by, cause })
    }
  }

  /** Without its path, which may name a payment. */
  const tell = ({ method }: ProviderRequest, facts: { readonly status_code: number; readonly duration_ms: number }) =>
    logger.info({ peer, request_id: requestScope()?.requestId, method, ...facts }, 'payment provider answered')

  function unavailable(cause: unknown, mayHaveActed: boolean): ProviderUnavailable {
    const refused = cause instanceof BrokenCircuitError
    if (refused) metrics.countRefused(peer)
    logger.warn({ peer, request_id: requestScope()?.requestId, error: cause }, 'payment provider gave no answer')
    const retryAfterSeconds = refused ? Math.ceil(policy.breaker.probeAfterMilliseconds / 1_000) : retryAfterOf(cause)
    return new ProviderUnavailable({ provider: name, mayHaveActed, retryAfterSeconds, cause })
  }

  return {
    begin(caller) {
      const signal = AbortSignal.any([caller, AbortSignal.timeout(policy.totalMilliseconds)])
      // Once such a request has left, nothing that fails later in this operation can say that nothing was moved.
      let mayHaveActed = false
      let underWay = false
      return {
        async exchange(request) {
          underWay ||= request.moves === 'money'
          const guardedTry = async () => {
            signal.throwIfAborted()
            return breaker
              .execute(() => tryOnce(request, { caller, signal }), signal)
              .catch((error: unknown) => {
                mayHaveActed ||= request.moves === 'money' && error instanceof PeerFault && error.sent
                throw error
              })
          }
          const startedAt = performance.now()
          const answer = await retry.execute(guardedTry, signal).catch((cause: unknown) => {
            throw unavailable(cause, mayHaveActed)
          })
          tell(request, { status_code: answer.status, duration_ms: Math.round(performance.now() - startedAt) })
          mayHaveActed ||= request.moves === 'money'
          return answer
        },
        async inTime(value) {
          const ended = Promise.withResolvers<never>()
          const end = () => ended.reject(unavailable(signal.reason, mayHaveActed || underWay))
          signal.addEventListener('abort', end, { once: true })
          return Promise.race([value, ended.promise]).finally(() => signal.removeEventListener('abort', end))
        },
        unplanned({ status, reason }) {
          return unavailable(new UnplannedAnswer(`answered ${status}, not as planned: ${reason}`), mayHaveActed)
        },
      }
    },
    async check() {
      if (breaker.state === CircuitState.Open) throw new Error(`calls to ${peer} are refused, its breaker is open`)
    },
    close: () => client.close(),
  }
}

type Deadlines = { readonly caller: AbortSignal; readonly signal: AbortSignal }

class UnplannedAnswer extends Error {
  override readonly name = 'UnplannedAnswer'
}

/** It has answered, and that answer says nothing about what was asked. */
class NoAnswer extends Error {
  override readonly name = 'NoAnswer'
  readonly retryAfterSeconds: number

  constructor({ status, headers }: HttpAnswer) {
    super(`answered ${status}`)
    const seconds = Number(headers['retry-after'])
    this.retryAfterSeconds = Number.isInteger(seconds) && seconds > 0 ? Math.min(seconds, 60) : 1
  }
}

/** 409: another request with this key is still at work. 429: not now. Both are worth asking again. */
function refuseNoAnswer(answer: HttpAnswer): void {
  if (answer.status >= 500 || answer.status === 409 || answer.status === 429) throw new NoAnswer(answer)
}

const retryAfterOf = (cause: unknown): number =>
  cause instanceof PeerFault && cause.cause instanceof NoAnswer ? cause.cause.retryAfterSeconds : 1
