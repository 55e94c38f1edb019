import { Client, type Dispatcher } from 'undici'
import type { Flight, Lane } from './flight.ts'

export type ConnectionSettings = {
  /** Null: as many as requests are in flight. */
  readonly connections: number | null
  readonly requestDeadlineSeconds: number
  readonly keepAliveSeconds: number
}

type Waiting = { readonly options: Dispatcher.DispatchOptions; readonly flight: Flight }

/** More at a time would only make each of them slower, and the generator late for everything else. */
const mostConnecting = 128

/**
 * Keep-alive connections to one origin, one request at a time on each, the one used last first. undici's Pool asks all
 * its connections for a free one at each request: with thousands in flight the generator did nothing else.
 */
export class Connections {
  readonly #origin: string
  readonly #settings: ConnectionSettings
  readonly #lanes: ConnectionLane[] = []
  readonly #idle: ConnectionLane[] = []
  #waiting: Waiting[] = []
  #firstWaiting = 0
  connecting = 0

  constructor(origin: string, settings: ConnectionSettings) {
    this.#origin = origin
    this.#settings = settings
  }

  send(options: Dispatcher.DispatchOptions, flight: Flight): void {
    const lane = this.#idle.pop() ?? this.#open()
    if (lane === null) this.#waiting.push({ options, flight })
    else lane.send(options, flight)
  }

  /** A connection has nothing to do, or one more may be opened. */
  turn(lane: ConnectionLane | null): void {
    const next = this.#nextWaiting()
    if (next === null) {
      if (lane !== null) this.#idle.push(lane)
      return
    }
    const free = lane ?? this.#open()
    if (free === null) this.#firstWaiting--
    else free.send(next.options, next.flight)
  }

  async destroy(): Promise<void> {
    this.#waiting = []
    this.#firstWaiting = 0
    await Promise.all(this.#lanes.map((lane) => lane.client.destroy()))
  }

  #nextWaiting(): Waiting | null {
    for (let next = this.#waiting[this.#firstWaiting]; next !== undefined; next = this.#waiting[this.#firstWaiting]) {
      this.#firstWaiting++
      if (!next.flight.hasEnded) return next
    }
    this.#waiting = []
    this.#firstWaiting = 0
    return null
  }

  #open(): ConnectionLane | null {
    const most = this.#settings.connections ?? Number.POSITIVE_INFINITY
    if (this.#lanes.length >= most || this.connecting >= mostConnecting) return null
    const lane = new ConnectionLane(this, clientOf(this.#origin, this.#settings))
    this.#lanes.push(lane)
    return lane
  }
}

/** One connection, opened again where it was lost. */
class ConnectionLane implements Lane {
  readonly client: Client
  readonly #connections: Connections
  #isConnecting = false
  #isUp = false

  constructor(connections: Connections, client: Client) {
    this.#connections = connections
    this.client = client
    client.on('disconnect', () => {
      this.#isUp = false
    })
  }

  send(options: Dispatcher.DispatchOptions, flight: Flight): void {
    if (!this.#isUp) {
      this.#isConnecting = true
      this.#connections.connecting++
    }
    flight.lane = this
    this.client.dispatch(options, flight)
  }

  sent(): void {
    this.#isUp = true
    if (this.#connected()) this.#connections.turn(null)
  }

  free(): void {
    this.#connected()
    this.#connections.turn(this)
  }

  #connected(): boolean {
    if (!this.#isConnecting) return false
    this.#isConnecting = false
    this.#connections.connecting--
    return true
  }
}

const clientOf = (origin: string, { requestDeadlineSeconds, keepAliveSeconds }: ConnectionSettings): Client =>
  new Client(origin, {
    pipelining: 1,
    allowH2: false,
    // There is one deadline for all of it, and it is kept elsewhere.
    connect: { timeout: requestDeadlineSeconds * 1_000 },
    headersTimeout: 0,
    bodyTimeout: 0,
    keepAliveTimeout: keepAliveSeconds * 1_000,
    keepAliveMaxTimeout: keepAliveSeconds * 1_000,
  })
