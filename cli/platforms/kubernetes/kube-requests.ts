import type { IncomingMessage } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { hasErrorCode } from '../../errors/has-error-code.ts'
import { interruption } from '../../errors/interruption.ts'
import { ShopctlError } from '../../errors/shopctl-error.ts'
import type { KubeAccess, KubeConnection } from './kube-connection.ts'
import { type Answer, type Exchange, openExchange, readAnswer } from './kube-exchange.ts'
import { type KubeStatus, parseKubeStatus } from './kube-status.ts'
import { certificateRefusal, isTlsHiccup, networkWords, unreachable } from './network-failure.ts'

/** How long a request is tried again, in seconds. */
export type Patience = {
  /** From its first try on, where this server has answered before. */
  readonly retrySeconds: number
  /** The same where it never has: a wrong address is likelier than a restart. */
  readonly firstAnswerSeconds: number
  /** One try; a connection into a black hole never says that it is one. */
  readonly silentSeconds: number
}

export const defaultPatience: Patience = { retrySeconds: 20, firstAnswerSeconds: 8, silentSeconds: 8 }

const shortestPauseMilliseconds = 100
const longestPauseMilliseconds = 2_000

export type Sent = {
  readonly answer: Answer
  /** `unclear`: the answer to an earlier try was lost, so the server may have done what was asked before. */
  readonly before: 'nothing' | 'unclear'
}

type Tried =
  | { readonly outcome: 'answered'; readonly answer: Answer }
  | {
      readonly outcome: 'again'
      readonly words: string
      readonly afterSeconds: number
      readonly unclear: boolean
      readonly answer: Answer | null
      readonly cause?: unknown
    }

const neverArrived = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']
const busyStatuses = new Set([429, 502, 503, 504])

/** 500 without a reason is how a server-side apply refuses a field; with one it is a fault that may pass. */
const mayPass = (answer: Answer): boolean =>
  busyStatuses.has(answer.status) ||
  (answer.status === 500 && parseKubeStatus(answer.status, answer.body).reason !== '')

const retryAfterSeconds = (answer: Answer, { details }: KubeStatus): number => {
  const told = Number.parseInt(answer.headers['retry-after'] ?? '', 10)
  return Number.isFinite(told) ? told : (details.retryAfterSeconds ?? 0)
}

const backoffMilliseconds = (tries: number): number =>
  Math.min(longestPauseMilliseconds, shortestPauseMilliseconds * 2 ** tries) * (0.5 + Math.random() / 2)

/** Requests to one API server, tried again where nobody answers. Every request must be safe to send twice. */
export class KubeRequests {
  readonly connection: KubeConnection
  readonly patience: Patience
  count = 0
  #answered = false

  constructor(connection: KubeConnection, patience: Patience) {
    this.connection = connection
    this.patience = patience
  }

  get place() {
    return { context: this.connection.context, server: this.connection.server.origin }
  }

  /** The answer whatever its status, also 401, 403, 404 and 409. Throws UNREACHABLE, KUBE_CERTIFICATE, the interruption. */
  async send(exchange: Exchange, doing: string, signal: AbortSignal): Promise<Sent> {
    const { retrySeconds, firstAnswerSeconds } = this.patience
    const seconds = this.#answered ? retrySeconds : Math.min(retrySeconds, firstAnswerSeconds)
    const deadline = performance.now() + seconds * 1000
    let before: Sent['before'] = 'nothing'
    for (let tries = 0; ; tries += 1) {
      const tried = await this.#try(exchange, (deadline - performance.now()) / 1000, signal)
      if (signal.aborted) throw interruption(signal, `waiting for the cluster to ${doing}`)
      if (tried.outcome === 'answered') return { answer: tried.answer, before }
      if (tried.unclear) before = 'unclear'
      const milliseconds = Math.max(backoffMilliseconds(tries), tried.afterSeconds * 1000)
      if (performance.now() + milliseconds >= deadline) {
        if (tried.answer?.status === 500) return { answer: tried.answer, before }
        if (tried.cause instanceof ShopctlError) throw tried.cause
        throw unreachable(tried.words, { ...this.place, doing, seconds, cause: tried.cause })
      }
      await pause(milliseconds, undefined, { signal }).catch(() => undefined)
    }
  }

  /** One try, for an answer that is read while it comes. Throws the system's error, KUBE_CERTIFICATE, the signal's reason. */
  async open(exchange: Exchange, signal: AbortSignal): Promise<IncomingMessage> {
    return this.#open(exchange, this.patience.silentSeconds, signal)
  }

  async #open(exchange: Exchange, silentSeconds: number, signal: AbortSignal): Promise<IncomingMessage> {
    const first = await this.#exchange(exchange, silentSeconds, { access: await this.#access('kept', signal), signal })
    if (first.statusCode !== 401) return first
    first.resume()
    return this.#exchange(exchange, silentSeconds, { access: await this.#access('renewed', signal), signal })
  }

  /** A login program may wait for a person at a browser; nobody who has stopped us waits for it. */
  #access(credentials: 'kept' | 'renewed', signal: AbortSignal): Promise<KubeAccess> {
    return new Promise((resolve, reject) => {
      const stop = () => reject(signal.reason)
      if (signal.aborted) return stop()
      signal.addEventListener('abort', stop, { once: true })
      const over = () => signal.removeEventListener('abort', stop)
      this.connection.access(credentials).then(resolve, reject).finally(over)
    })
  }

  /** What a server that has answered before may get over: a proxy that restarts, a login program's bad moment. */
  #isHiccup(error: unknown): boolean {
    if (!this.#answered) return false
    return isTlsHiccup(error) || (error instanceof ShopctlError && error.code === 'KUBE_LOGIN_FAILED')
  }

  async #exchange(exchange: Exchange, silentSeconds: number, by: { access: KubeAccess; signal: AbortSignal }) {
    this.count += 1
    const place = { server: this.connection.server, access: by.access, silentSeconds }
    const answer = await openExchange(exchange, place, by.signal).catch((error: unknown) => {
      throw this.#isHiccup(error) ? error : (certificateRefusal(error, this.place) ?? error)
    })
    this.#answered = true
    return answer
  }

  async #try(exchange: Exchange, seconds: number, signal: AbortSignal): Promise<Tried> {
    const silentSeconds = Math.min(this.patience.silentSeconds, Math.max(seconds, 0.1))
    try {
      const answer = await readAnswer(await this.#open(exchange, silentSeconds, signal), silentSeconds)
      if (exchange.statuses === 'as-they-are' || !mayPass(answer)) return { outcome: 'answered', answer }
      const status = parseKubeStatus(answer.status, answer.body)
      const afterSeconds = retryAfterSeconds(answer, status)
      // Too many requests: the server has done nothing yet.
      return { outcome: 'again', words: status.message, afterSeconds, unclear: answer.status !== 429, answer }
    } catch (error) {
      const isRefused = error instanceof ShopctlError
      if (isRefused && !this.#isHiccup(error)) throw error
      const unclear = !isRefused && !hasErrorCode(error, ...neverArrived)
      return { outcome: 'again', words: networkWords(error), afterSeconds: 0, unclear, answer: null, cause: error }
    }
  }
}
