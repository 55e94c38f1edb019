import type { Client as ClientType, Dispatcher, Pool as PoolType } from 'undici'
import Client from 'undici/lib/dispatcher/client.js'
import Pool from 'undici/lib/dispatcher/pool.js'
import type { Timeouts } from './timeouts.ts'

/** One process of one service, and how much it is doing for us. */
export class Upstream {
  readonly url: string
  inFlight = 0
  readonly #pool: PoolType
  readonly #options: ClientType.Options

  constructor(url: string, timeouts: Timeouts) {
    this.url = url
    this.#options = {
      pipelining: 1,
      allowH2: false,
      connect: { timeout: timeouts.connectMilliseconds },
      headersTimeout: timeouts.answerHeadMilliseconds,
      bodyTimeout: timeouts.answerBodyMilliseconds,
      keepAliveTimeout: timeouts.idleUpstreamMilliseconds,
      // A hint of the service (`Keep-Alive: timeout=5`) can only make it shorter, with a second to spare.
      keepAliveMaxTimeout: timeouts.idleUpstreamMilliseconds,
      keepAliveTimeoutThreshold: 1_000,
    }
    this.#pool = new Pool(url, this.#options)
  }

  /** Sends on a connection that may have been used before. */
  dispatch(request: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void {
    this.#pool.dispatch(request, handler)
  }

  /** Sends on a connection of its own, so that a stale one cannot be the reason of a second failure. */
  dispatchFresh(request: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void {
    const client = new Client(this.url, this.#options)
    client.dispatch({ ...request, reset: true }, handler)
    void Promise.allSettled([client.close()])
  }

  /** Closes idle connections now and the others when their requests have ended. */
  close(): Promise<void> {
    return this.#pool.close()
  }

  destroy(): Promise<void> {
    return this.#pool.destroy()
  }
}
