import { RequestFailed } from '../record/outcome.ts'
import type { Recorder } from '../record/recorder.ts'
import type { HttpRequest, HttpResponse } from '../scenario/http.ts'
import type { Clock } from '../schedule/clock.ts'
import { type ConnectionSettings, Connections } from './connections.ts'
import { Deadlines } from './deadlines.ts'
import { type Ended, Flight } from './flight.ts'

export type HttpSettings = ConnectionSettings & {
  /** An origin: `http://127.0.0.1:8080`. */
  readonly target: string
}

export type Sending = { readonly series: number; readonly intended: number; readonly began: number }

/** All connections of a worker. Counts each request once, whatever becomes of it. */
export class HttpClient {
  readonly #settings: HttpSettings
  readonly #clock: Clock
  readonly #recorder: Recorder
  readonly #deadlines: Deadlines
  readonly #connections = new Map<string, Connections>()
  #inFlight = 0
  #isRefusing = false

  constructor(settings: HttpSettings, { clock, recorder }: { clock: Clock; recorder: Recorder }) {
    this.#settings = settings
    this.#clock = clock
    this.#recorder = recorder
    this.#deadlines = new Deadlines(clock, settings.requestDeadlineSeconds)
  }

  get inFlight(): number {
    return this.#inFlight
  }

  /** Rejects with RequestFailed where it did not end ok. */
  send(request: HttpRequest, { series, intended, began }: Sending): Promise<HttpResponse> {
    // Never sent, so never counted.
    if (this.#isRefusing) return Promise.reject(new RequestFailed('cancelled', null))
    return new Promise((resolve, reject) => {
      const flight = new Flight({
        series,
        began,
        intended,
        expect: request.expect,
        ended: this.#ended,
        resolve,
        reject,
      })
      this.#inFlight++
      this.#recorder.started()
      this.#deadlines.add(flight)
      const { path, method, headers, body } = request
      const options = { path, method, headers: headers ?? null, body: body ?? null }
      this.#connectionsTo(request.origin ?? this.#settings.target).send(options, flight)
    })
  }

  /** The series that have a request which has been waiting since that moment or longer. */
  seriesWaitingSince(moment: number): ReadonlySet<number> {
    const waiting = new Set<number>()
    for (const one of this.#deadlines.olderThan(moment)) if (one instanceof Flight) waiting.add(one.series)
    return waiting
  }

  /** Sends nothing more until accept(). */
  refuse(): void {
    this.#isRefusing = true
  }

  accept(): void {
    this.#isRefusing = false
  }

  cancelAll(): void {
    this.#deadlines.cancelAll()
  }

  async close(): Promise<void> {
    this.cancelAll()
    await Promise.all([...this.#connections.values()].map((connections) => connections.destroy()))
  }

  readonly #ended = ({ flight, outcome, reason }: Ended): void => {
    this.#inFlight--
    this.#deadlines.remove(flight)
    const now = this.#clock.now()
    this.#recorder.ended({
      series: flight.series,
      outcome,
      reason,
      now,
      microseconds: (now - flight.intended) * 1_000,
    })
  }

  #connectionsTo(origin: string): Connections {
    const known = this.#connections.get(origin)
    if (known !== undefined) return known
    const connections = new Connections(origin, this.#settings)
    this.#connections.set(origin, connections)
    return connections
  }
}
